"""Sending: one letter a mailbox at a time, each under a lease, with no transaction open over the network.

What is committed, and when, is what keeps a crash from sending twice (reliability: failpoints T3-T13):

    claimed (T3) -> final bytes stored (T4) -> connecting (T5) -> server said 354: noted before the bytes flow (T8, T9)
    -> server said 250 (T11): noted (T12) -> filed -> copied to Sent (T13, outbox.settling)

A worker that dies before the note of 354 has sent nothing: the letter goes back to the queue. One that dies after it
leaves an unknown outcome, which is looked up and never resent by ourselves.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tenancy import every_account
from mailboxes.health import SENDING_HELD
from mailboxes.models import Mailbox
from outbox import states
from outbox.advice import STOPPED_CODE
from outbox.attempts import attempt, fail, leave_unknown
from outbox.errors import LetterChanged
from outbox.failures import HOLD_FOR, MAX_ATTEMPTS, pause_after
from outbox.models import OutgoingMail
from outbox.settling import settle

logger = logging.getLogger(__name__)

State = OutgoingMail.State
WORK_SECONDS = 150  # then the next wake-up goes on: well below the time limit of a task
CRASHES_AT_ONCE = 3  # a dead worker's letter goes again at once so often, then it waits: it may be what kills them


def list_mailboxes_with_work() -> list[tuple[int, int]]:
    """(account, mailbox) of all that have something to send, to settle, to recover or to release."""
    with every_account("claim due letters"):
        work = OutgoingMail.objects.with_work(timezone.now())
        return list(work.order_by("mailbox_id").values_list("account_id", "mailbox_id").distinct())


def deliver(mailbox_id: int) -> None:
    """All that this mailbox has to send now, and what follows from it. Safe to be called at any time, by anybody."""
    mailbox = Mailbox.objects.filter(pk=mailbox_id).first()
    if mailbox is None:
        return
    recover(mailbox)
    release_held(mailbox)
    if mailbox.is_stopped:
        hold_waiting(mailbox, code=STOPPED_CODE)
    elif mailbox.error_code in SENDING_HELD:
        hold_waiting(mailbox, code="auth", detail=mailbox.error_detail)
    else:
        _send_all(mailbox)
    settle(mailbox)


def _send_all(mailbox: Mailbox) -> None:
    until = time.monotonic() + WORK_SECONDS
    while time.monotonic() < until and (mail := claim_next(mailbox)):
        try:
            attempt(mail)
        except LetterChanged:
            logger.warning("lease lost", extra={"mail": mail.pk})
        if mail.state == State.HELD:
            # Each try with a wrong password brings the provider nearer to locking it.
            hold_waiting(mailbox, code="auth", detail=mail.error_detail)
            return


def recover(mailbox: Mailbox) -> None:
    """Letters whose worker died: back into the queue when nothing can have been sent, else unknown."""
    now = timezone.now()
    with transaction.atomic():
        for mail in OutgoingMail.objects.abandoned(now).filter(mailbox=mailbox).select_for_update(skip_locked=True):
            if mail.data_accepted_at:
                leave_unknown(mail, detail="")
            elif mail.attempts >= MAX_ATTEMPTS:
                fail(mail, code="interrupted", detail="")
            else:
                pause = pause_after(mail.attempts) if mail.attempts > CRASHES_AT_ONCE else timedelta(0)
                states.put_back(mail, due_at=now + pause)


def hold_waiting(mailbox: Mailbox, *, code: str, detail: str = "") -> None:
    """What is due waits for the sign-in, or for a person; what is to be sent later may find it mended."""
    now = timezone.now()
    with transaction.atomic():
        for mail in OutgoingMail.objects.waiting(now).filter(mailbox=mailbox).select_for_update(skip_locked=True):
            states.hold(mail, until=now + HOLD_FOR, code=code, detail=detail)


def release_held(mailbox: Mailbox) -> None:
    """Held letters go when the mailbox has a sign-in again, and fail when it had none for too long."""
    now = timezone.now()
    held = OutgoingMail.objects.to_release(now).filter(mailbox=mailbox).select_related("mailbox", "author")
    with transaction.atomic():
        for mail in held.select_for_update(skip_locked=True, of=("self",)):
            # As it is now: somebody may have mended it since we read `mailbox`.
            if mail.mailbox.error_code in SENDING_HELD:
                fail(mail, code="not_mended", detail=mail.error_detail)
            else:
                states.put_back(mail, due_at=now)


def claim_next(mailbox: Mailbox) -> OutgoingMail | None:
    """The next letter, leased; None when there is none or another worker is sending from this mailbox."""
    now = timezone.now()
    waiting = OutgoingMail.objects.of_working_mailboxes().waiting(now).filter(mailbox=mailbox)
    waiting = waiting.select_related("mailbox", "author__user")
    try:
        with transaction.atomic():
            mail = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if mail is not None:
                states.claim(mail, now)
    except IntegrityError:  # "outgoingmail_one_at_a_time"
        return None
    return mail
