"""Sending: one letter a mailbox at a time, each under a lease, with no transaction open over the network.

What is committed, and when, is what keeps a crash from sending twice (reliability: failpoints T3-T13):

    claimed (T3) -> final bytes stored (T4) -> connecting (T5) -> server said 354: noted before the bytes flow (T8, T9)
    -> server said 250 (T11): noted (T12) -> filed, with others of a burst (outbox.sent_letters) -> copied to Sent (T13,
    outbox.settling)

A worker that dies before the note of 354 has sent nothing: the letter goes back to the queue. One that dies after it
leaves an unknown outcome, which is looked up and never resent by ourselves.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts.tenancy import every_account
from mailboxes.health import fault_of_sending
from mailboxes.models import Mailbox
from outbox import states
from outbox.advice import AUTHOR_LEFT_CODE, STOPPED_CODE
from outbox.attempts import fail, leave_unknown
from outbox.composing import find_again
from outbox.failures import MAX_ATTEMPTS, pause_after
from outbox.models import OutgoingMail
from outbox.sending import hold_waiting, send_all
from outbox.settling import settle

State = OutgoingMail.State
CRASHES_AT_ONCE = 3  # a dead worker's letter goes again at once so often, then it waits: it may be what kills them


def list_mailboxes_with_work() -> list[tuple[int, int]]:
    """(account, mailbox) of all that have something to send, to settle, to recover or to release; letters of people
    first, then whoever waits longest."""
    with every_account("claim due letters"):
        work = OutgoingMail.objects.with_work(timezone.now()).order_by().values_list("account_id", "mailbox_id")
        by_haste = work.annotate(priority=Min("priority"), since=Min("due_at")).order_by("priority", "since")
        return [(account_id, mailbox_id) for account_id, mailbox_id, *_ in by_haste]


def deliver(mailbox_id: int) -> bool:
    """What this mailbox has to send now, and what follows from it. Safe to be called at any time, by anybody.

    True when it gave way to others before all was sent: it has to come again.
    """
    mailbox = Mailbox.objects.filter(pk=mailbox_id).first()
    if mailbox is None:
        return False
    has_more = False
    recover(mailbox)
    release_held(mailbox)
    fail_left_behind(mailbox)
    if mailbox.is_stopped:
        hold_waiting(mailbox, code=STOPPED_CODE)
    elif fault := fault_of_sending(mailbox):
        hold_waiting(mailbox, code="auth", detail=fault.detail)
    else:
        has_more = send_all(mailbox)
    settle(mailbox)
    return has_more


def recover(mailbox: Mailbox) -> None:
    """Letters whose worker died: back into the queue when nothing can have been sent, else unknown."""
    now = timezone.now()
    with transaction.atomic():
        for mail in OutgoingMail.objects.abandoned(now).filter(mailbox=mailbox).select_for_update(skip_locked=True):
            find_again(mail)
            if mail.data_accepted_at:
                leave_unknown(mail, detail="")
            elif mail.attempts >= MAX_ATTEMPTS:
                fail(mail, code="interrupted", detail="")
            else:
                pause = pause_after(mail.attempts) if mail.attempts > CRASHES_AT_ONCE else timedelta(0)
                states.put_back(mail, due_at=now + pause)


def release_held(mailbox: Mailbox) -> None:
    """Held letters go when the mailbox has a sign-in again, and fail when it had none for too long."""
    now = timezone.now()
    held = OutgoingMail.objects.to_release(now).filter(mailbox=mailbox).select_related("mailbox", "author")
    with transaction.atomic():
        for mail in held.select_for_update(skip_locked=True, of=("self",)):
            # As it is now: somebody may have mended it since we read `mailbox`.
            if fault_of_sending(mail.mailbox):
                fail(mail, code="not_mended", detail=mail.error_detail)
            else:
                states.put_back(mail, due_at=now)


def fail_left_behind(mailbox: Mailbox) -> None:
    """What was being sent when its author was deactivated is not tried again: nobody sends for who is gone (G11)."""
    left = OutgoingMail.objects.left_behind(timezone.now()).filter(mailbox=mailbox).select_related("author")
    with transaction.atomic():
        for mail in left.select_for_update(skip_locked=True, of=("self",)):
            fail(mail, code=AUTHOR_LEFT_CODE, detail="")
