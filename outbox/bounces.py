"""Letters of ours that came back (RFC 3464): the recipient is marked, so is an address at fault, and the author told.

A report counts when it names a letter of the account by its Message-ID, which only those know who got that letter. One
that brings nothing of the letter back is about what it answers, when a mail server wrote it.
"""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from accounts import live
from accounts.tenancy import every_account
from mailkit.addresses import email_key
from mailkit.bounces import is_daemon
from outbox import states
from outbox.errors import LetterChanged
from outbox.failures import MAX_DETAIL
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.notices import BOUNCED, tell_author
from outbox.settling import prove_sent
from outbox.suppression import suppress
from threads.models import BounceReport

State = OutgoingMail.State
RecipientState = OutgoingRecipient.State
REPORTS_AT_ONCE = 100
CAME_BACK = "bounced"  # OutgoingMail.error_code of a letter that was sent and came back
# Of the address itself, and not of a full mailbox, a filter or a server that is away (RFC 3463 section 3).
_ADDRESS_AT_FAULT = re.compile(r"5\.1\.(?:0|1|2|3|6|10)|5\.2\.1|5\.4\.4")
_WORDS_OF_IT = re.compile(
    r"user (?:is )?(?:unknown|not found)|unknown (?:user|recipient|address)|no such (?:user|mailbox|recipient|address)"
    r"|no mailbox here|does ?n.t exist|does not exist|invalid mailbox|unrouteable|account (?:is )?disabled"
    r"|recipient ?not ?found|нет такого",
    re.IGNORECASE,
)


def list_accounts_with_reports() -> list[int]:
    with every_account("bounces that nobody has read yet"):
        waiting = BounceReport.objects.filter(handled_at=None).order_by()
        return list(waiting.values_list("account_id", flat=True).distinct())


def handle_waiting() -> int:
    """The reports of this account; how many were done with. Safe to be called by several at once."""
    count, last_id = 0, 0
    while reports := _handle_next(last_id):
        count, last_id = count + sum(reports.values()), max(reports)
    return count


@transaction.atomic
def _handle_next(last_id: int) -> dict[int, bool]:
    """Those after this id: whether each is done with. One that has to wait holds up no others."""
    waiting = BounceReport.objects.filter(handled_at=None, pk__gt=last_id).select_related("message").order_by("id")
    reports = {
        report.pk: _handle(report)
        for report in waiting.select_for_update(skip_locked=True, of=("self",))[:REPORTS_AT_ONCE]
    }
    done = [pk for pk, is_done in reports.items() if is_done]
    BounceReport.objects.filter(pk__in=done).update(handled_at=timezone.now())
    return reports


def letter_of(report: BounceReport) -> OutgoingMail | None:
    """The letter that it is about."""
    named = report.original_message_id
    found = OutgoingMail.objects.filter(message_id_header=named).select_related("author").first() if named else None
    return found or _answered_by(report)


def _answered_by(report: BounceReport) -> OutgoingMail | None:
    """The one letter of the mailbox among those that the report says it answers. A report that brings the headers of
    another letter is about that one.
    """
    letter = report.message
    answered = {letter.in_reply_to, *letter.reference_ids} - {""}
    if not is_daemon(letter.from_address) or report.original_message_id not in {"", *answered}:
        return None
    found = OutgoingMail.objects.filter(mailbox=letter.mailbox_id, message_id_header__in=answered)
    letters = list(found.select_related("author")[:2])
    return letters[0] if len(letters) == 1 else None


def is_address_at_fault(status: str, words: str) -> bool:
    return bool(_ADDRESS_AT_FAULT.fullmatch(status) or _WORDS_OF_IT.search(words))


def _handle(report: BounceReport) -> bool:
    """False when it has to be looked at again: a worker has the letter at the moment."""
    mail = letter_of(report)
    if mail is None:
        return True
    try:
        with transaction.atomic():
            _note(mail, report)
    except LetterChanged:
        return False
    return True


def _note(mail: OutgoingMail, report: BounceReport) -> None:
    prove_sent(mail)  # whatever it says: the server took the letter
    if report.action != "failed" or (person := _recipient(mail, report)) is None or not _may_bounce(mail, person):
        return
    words = _words_of(report)
    if is_address_at_fault(report.status, report.diagnostic):
        suppress(email_key(person.address), detail=words, message=report.message)
    if person.state == RecipientState.BOUNCED:
        return
    person.state, person.error = RecipientState.BOUNCED, words
    person.save(update_fields=["state", "error"])
    if mail.state == State.SENT and mail.error_code != CAME_BACK:
        states.note(mail, error_code=CAME_BACK)
        tell_author(mail, BOUNCED)
    live.publish("outbox", mailbox_id=mail.mailbox_id, mail=mail.pk)


def _may_bounce(mail: OutgoingMail, person: OutgoingRecipient) -> bool:
    """Not before a server took it for him: who has the letter already could keep it from the others by a false report.
    Raises LetterChanged while the answer of our server is not written down yet.
    """
    if person.state == RecipientState.WAITING and mail.state == State.SENDING:
        raise LetterChanged(mail.pk)
    is_out = person.state in (RecipientState.ACCEPTED, RecipientState.BOUNCED)
    return is_out or (person.state == RecipientState.WAITING and mail.state == State.UNKNOWN)


def _recipient(mail: OutgoingMail, report: BounceReport) -> OutgoingRecipient | None:
    """Of a letter to one address it is that, whatever it was forwarded to over there."""
    people = list(mail.recipients.all())
    found = next((person for person in people if email_key(person.address) == report.recipient_key), None)
    return found or (people[0] if len(people) == 1 else None)


def _words_of(report: BounceReport) -> str:
    """The other server's own words, with its code when they have none."""
    words = report.diagnostic
    return (words if report.status in words else f"{report.status} {words}".strip())[:MAX_DETAIL]
