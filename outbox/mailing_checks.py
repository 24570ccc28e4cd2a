"""What is looked at before a mailing starts (M99, M100): errors keep it from starting, warnings want to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import NotFound
from accounts.models import Membership
from letter_templates.errors import PartRefused
from letter_templates.fields import picker_labels
from mailboxes.domain_report import report_domain
from outbox.draft_sending import request_of, without_lost
from outbox.errors import LetterRefused
from outbox.mailing_blanks import count_blanks, written_fields
from outbox.mailing_results import eta_of, left_out
from outbox.mailings import has_unsubscribe_link, letter_of, recipient_at, values_of
from outbox.models import Mailing, MailingRecipient
from outbox.queueing import check_files, check_letter
from outbox.unseen_opens import waits_unseen

ONE_DAY = 24 * 3600  # seconds


class Severity(StrEnum):
    ERROR = "error"  # it cannot start
    WARNING = "warning"  # it starts when somebody has read it
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Check:
    """`code` is for programs, such as "no_unsubscribe_link"; `count` of people, where it is about some of them."""

    code: str
    severity: Severity
    message: str
    count: int = 0


def check_mailing(member: Membership, mailing: Mailing, *, with_domain: bool = True) -> list[Check]:
    """Errors first. `with_domain` asks the DNS, up to eight seconds: never in a transaction."""
    found = [*_of_letter(member, mailing), *_of_fields(mailing), *_of_triggers(mailing), *_of_people(mailing)]
    if not has_unsubscribe_link(values_of(mailing)):
        words = _("There is no link to unsubscribe in the text. Mail programs offer one all the same.")
        found.append(Check("no_unsubscribe_link", Severity.WARNING, words))
    if with_domain and mailing.mailbox:
        found += _of_domain(mailing)
    order = list(Severity)
    return sorted(found, key=lambda check: order.index(check.severity))


def _of_letter(member: Membership, mailing: Mailing) -> Iterator[Check]:
    """Whether the first letter of it could go."""
    if not mailing.subject.strip():
        yield Check("no_subject", Severity.ERROR, _("There is no subject."))
    if not mailing.body.strip():
        yield Check("no_text", Severity.ERROR, _("There is no text."))
    recipient = recipient_at(mailing, 0)
    if recipient is None:
        yield Check("nobody", Severity.ERROR, _("Nobody gets it: none of them has an address that takes mail."))
        return
    try:
        checked = check_letter(member, request_of(without_lost(member, letter_of(values_of(mailing), recipient))))
        check_files(mailing.author, checked)
    except LetterRefused as error:
        yield Check("refused", Severity.ERROR, error.message)
    except NotFound:
        yield Check("no_sender", Severity.ERROR, _("You may not send from this mailbox. Choose another sender."))


def _of_fields(mailing: Mailing) -> Iterator[Check]:
    """A field that cannot be used was told of with the first letter."""
    try:
        blanks = count_blanks(mailing, written_fields(mailing))
    except PartRefused:
        return
    labels = picker_labels() if blanks else {}
    for field, count in blanks.items():
        words = ngettext(
            "“%(field)s” is empty for %(count)s person.", "“%(field)s” is empty for %(count)s people.", count
        )
        message = words % {"field": labels.get(field, field), "count": count}
        yield Check("empty_field", Severity.WARNING, message, count)


def _of_triggers(mailing: Mailing) -> Iterator[Check]:
    """Those that wait for an opening of which nobody would hear (M61, M62)."""
    if mailing.mailbox and waits_unseen(mailing):
        words = _(
            "Nobody can tell whether these letters are opened: they are plain text, or opens and clicks are not to be "
            "seen. The triggers that wait for it will not run. A trigger link in the text would tell."
        )
        yield Check("opens_unseen", Severity.WARNING, words)


def _of_people(mailing: Mailing) -> Iterator[Check]:
    for reason, count in left_out(mailing).items():
        facts = {"reason": MailingRecipient.Reason(reason).label, "count": count}
        yield Check(reason, Severity.NOTE, _("Left out: %(count)s. %(reason)s.") % facts, count)
    now = timezone.now()
    ends_at = eta_of(mailing, now)
    if ends_at and (ends_at - now).total_seconds() > ONE_DAY:
        yield Check("several_days", Severity.NOTE, _("It takes more than a day: the mailbox has a daily limit."))


def _of_domain(mailing: Mailing) -> Iterator[Check]:
    """That of From, and of the servers that carry the letters: those of another mailbox, it may be (R07, R16). An
    answer that the DNS did not give says nothing about the domain.
    """
    if mailing.mailbox is None:
        return
    carrier = mailing.mailbox.outgoing_mailbox or mailing.mailbox
    report = report_domain(carrier, address=mailing.alias.address if mailing.alias else "")
    if report.warning:
        yield Check("free_mail", Severity.WARNING, report.warning)
        return
    for row in report.rows:
        if row.state == "bad":
            message = f"{row.title} ({report.domain}): {row.explanation}"
            yield Check(row.check, Severity.WARNING, message)
