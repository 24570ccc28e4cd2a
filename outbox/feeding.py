"""Letters of mailings, made shortly before they are sent: what a card says is what it says then, and a pause keeps
everything back that no server has.

One worker feeds a mailing, under a lease. Each letter and the note that its recipient has it are one transaction that
holds the mailing's row and looks at the lease in it: a worker that was too slow makes no letter, nor does one whose
mailing was paused meanwhile. So whatever dies where, everybody gets one.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.errors import NotFound
from accounts.mailer import may_use_mailer
from accounts.tenancy import every_account
from letter_templates.errors import TemplateRefused
from mailboxes.models import Mailbox
from mailkit.failpoints import failpoint
from outbox.bounces import CAME_BACK
from outbox.draft_sending import request_of, without_lost
from outbox.errors import FieldsRefused, InvalidRecipient, InvalidSubject, LetterRefused
from outbox.mailing_states import AUTHOR_LEFT, BOUNCES, NO_MAILER, REFUSED, SENDER, pause_by_rule, tell
from outbox.mailings import letter_of, values_of
from outbox.models import Mailing, MailingRecipient, OutgoingMail
from outbox.pace import rate_of
from outbox.querysets import MOVING
from outbox.queueing import CheckedLetter, check_letter, store_letter, wake
from outbox.suppression import marks_for

logger = logging.getLogger(__name__)

State = Mailing.State
RecipientState = MailingRecipient.State
Reason = MailingRecipient.Reason
LEAST_AHEAD, MOST_AHEAD = 50, 500  # letters of a mailing that are made and not sent
SECONDS_AHEAD = 20  # so long they shall last at the pace of the mailbox: two looks of the sweep may be missed
LEASE = timedelta(minutes=5)  # far longer than so many letters take
PAUSE = timedelta(seconds=4)  # until the next look
# Too many letters that come back harm the sender's name (reliability.md 5.14).
LEAST_ENDED, MOST_BOUNCED = 50, 0.05


class LeaseLost(Exception):
    """Another worker feeds it, or it was paused: stop at once, write nothing."""


class MustWait(Exception):
    """The machine is busy: the same letter is tried again later."""


def list_mailings_to_feed(now: datetime) -> list[tuple[int, int]]:
    """(account, mailing) of all that are due and that no living worker holds."""
    with every_account("mailings whose next letters are due"):
        due = Mailing.objects.filter(_is_free(now), feed_at__lte=now).order_by("feed_at", "id")
        return list(due.values_list("account_id", "pk"))


def feed(mailing_id: int) -> int:
    """Make the next letters of a mailing; how many. Safe to be called at any time, by anybody."""
    mailing = _claim(mailing_id)
    if mailing is None:
        return 0
    reason = _obstacle(mailing)
    if reason:
        pause_by_rule(mailing.pk, reason)
        return 0
    room = _most_ahead(mailing) - mailing.letters.filter(state__in=MOVING).count()
    try:
        count = _make_letters(mailing, room)
    except LeaseLost:
        return 0
    _give_back(mailing)
    return count


def _most_ahead(mailing: Mailing) -> int:
    written_in = mailing.mailbox
    carrier = written_in.outgoing_mailbox or written_in if written_in else None
    rate = rate_of(carrier) if carrier else 0
    return max(LEAST_AHEAD, min(MOST_AHEAD, int(SECONDS_AHEAD * rate))) if rate else MOST_AHEAD


def _is_free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now)


def _claim(mailing_id: int) -> Mailing | None:
    now, token = timezone.now(), uuid.uuid4()
    free = Mailing.objects.filter(_is_free(now), pk=mailing_id, state=State.RUNNING)
    if not free.update(lease_token=token, lease_until=now + LEASE):
        return None
    rows = Mailing.objects.filter(lease_token=token).select_related("author__account", "author__user", "mailbox")
    return rows.prefetch_related("files").first()


def _obstacle(mailing: Mailing) -> str:
    """Why it cannot go on; "" when it can."""
    if not mailing.author.is_active:
        return AUTHOR_LEFT
    if not may_use_mailer(mailing.author):
        return NO_MAILER
    if mailing.mailbox is None:
        return SENDER
    return BOUNCES if _bounces_too_much(mailing) else ""


def _bounces_too_much(mailing: Mailing) -> bool:
    """A person who resumed it after that has decided: it is not asked again."""
    if mailing.pause_reason == BOUNCES:
        return False
    ended = mailing.letters.filter(state__in=["sent", "failed"])
    count = ended.count()
    if count < LEAST_ENDED:
        return False
    came_back = Q(state="sent", error_code=CAME_BACK) | Q(state="failed", error_code="invalid_address")
    return ended.filter(came_back).count() > MOST_BOUNCED * count


def _make_letters(mailing: Mailing, room: int) -> int:
    """Raises LeaseLost."""
    waiting = mailing.recipients.filter(state=RecipientState.WAITING).order_by("id")
    made = 0
    carrier: Mailbox | None = None
    for recipient in list(waiting[: max(0, room)]):
        try:
            mail = _make(mailing, recipient)
        except MustWait:
            break
        if mail:
            made, carrier = made + 1, mail.mailbox
    if carrier:
        wake(carrier)
        tell(mailing)
    return made


def _make(mailing: Mailing, recipient: MailingRecipient) -> OutgoingMail | None:
    """None for somebody who gets none. Raises LeaseLost, MustWait."""
    mark = marks_for(recipient.contact_id, [recipient.address]).get(recipient.email_key)
    if mark or recipient.contact_id is None:  # since it was prepared
        _leave_out(mailing, recipient, Reason(mark) if mark else Reason.REFUSED)
        return None
    fields = without_lost(mailing.author, letter_of(values_of(mailing), recipient))
    try:
        checked = check_letter(mailing.author, replace(request_of(fields), mailing_id=mailing.pk))
    except InvalidRecipient:
        _leave_out(mailing, recipient, Reason.BAD_ADDRESS)
        return None
    except (FieldsRefused, InvalidSubject) as error:
        if isinstance(error.__cause__, TemplateRefused) and error.__cause__.is_passing:
            raise MustWait from error
        _leave_out(mailing, recipient, Reason.REFUSED)
        return None
    except (NotFound, LetterRefused) as error:
        _stop(mailing, error)
    try:
        return _store(mailing, recipient, checked)
    except LetterRefused as error:  # its files
        _stop(mailing, error)


def _store(mailing: Mailing, recipient: MailingRecipient, checked: CheckedLetter) -> OutgoingMail:
    """Raises LeaseLost, LetterRefused."""
    with transaction.atomic():
        _hold(mailing)
        mail = store_letter(mailing.author, checked)
        _note(recipient, state=RecipientState.QUEUED, mail=mail)
        failpoint("M1")
    failpoint("M2")
    return mail


def _stop(mailing: Mailing, error: NotFound | LetterRefused) -> NoReturn:
    """Nothing of this one person: nobody can be written to. Raises LeaseLost."""
    logger.info("mailing cannot go on", extra={"mailing": mailing.pk, "error": type(error).__name__})
    pause_by_rule(mailing.pk, SENDER if isinstance(error, NotFound) else REFUSED)
    raise LeaseLost from error


def _leave_out(mailing: Mailing, recipient: MailingRecipient, reason: Reason) -> None:
    with transaction.atomic():
        _hold(mailing)
        _note(recipient, state=RecipientState.SKIPPED, reason=reason)


def _hold(mailing: Mailing) -> None:
    """Until the end of the transaction nobody pauses it. Raises LeaseLost."""
    same = Mailing.objects.filter(pk=mailing.pk, state=State.RUNNING, lease_token=mailing.lease_token)
    if not same.select_for_update(no_key=True).exists():
        raise LeaseLost


def _note(recipient: MailingRecipient, **fields: object) -> None:
    """Raises LeaseLost when somebody was first."""
    waiting = MailingRecipient.objects.filter(pk=recipient.pk, state=RecipientState.WAITING)
    if waiting.update(**fields) != 1:
        raise LeaseLost


@transaction.atomic
def _give_back(mailing: Mailing) -> None:
    """The lease; and when the next look is, if there is anything left to look at."""
    now = timezone.now()
    same = Mailing.objects.filter(pk=mailing.pk, state=State.RUNNING, lease_token=mailing.lease_token)
    is_left = mailing.recipients.filter(state=RecipientState.WAITING).exists()
    if is_left or mailing.letters.filter(state__in=MOVING).exists():
        same.update(lease_token=None, lease_until=None, feed_at=now + PAUSE)
    elif same.update(lease_token=None, lease_until=None, feed_at=None, state=State.DONE, ended_at=now):
        tell(mailing)
