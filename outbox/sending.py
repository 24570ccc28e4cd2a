"""A mailbox's turn to send: one letter after the other through one connection, at its pace, people's letters first.

A turn ends when nothing is due, and it gives way to other mailboxes that wait for a worker: a long queue of one holds
up nobody else's letter for more than a few seconds.
"""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.tenancy import every_account
from mailboxes.models import Mailbox
from outbox import caps, leases, pace, states
from outbox.advice import NO_RIGHT_CODE
from outbox.attempts import attempt, fail
from outbox.claiming import DueLetters
from outbox.errors import LetterChanged
from outbox.failures import AUTH, HOLD_FOR, LIMIT, THROTTLED
from outbox.late_refusals import leave_out
from outbox.line import Line
from outbox.models import OutgoingMail
from outbox.senders import Senders
from outbox.sent_letters import SentLetters

logger = logging.getLogger(__name__)

State = OutgoingMail.State
TURN_SECONDS = 60.0  # then the copies for Sent are made before it goes on
FAIR_SECONDS = 5.0  # so long a turn lasts though others wait: signing in anew for each letter would be no gain
ASK_SECONDS = 0.5  # between two looks at the others


@dataclass(slots=True)
class Turn:
    """How long one worker may go on with one mailbox."""

    mailbox: Mailbox
    began_at: float = field(default_factory=time.monotonic)
    asked_at: float = 0.0  # whether others wait

    def is_over(self) -> bool:
        now = time.monotonic()
        passed = now - self.began_at
        if passed <= FAIR_SECONDS or now - self.asked_at < ASK_SECONDS:
            return passed > TURN_SECONDS
        self.asked_at = now
        return passed > TURN_SECONDS or self._others_wait()

    def _others_wait(self) -> bool:
        with every_account("does another mailbox wait for a worker"):
            return OutgoingMail.objects.with_work(timezone.now()).exclude(mailbox=self.mailbox).exists()


def send_all(mailbox: Mailbox) -> bool:
    """What is due in this mailbox. True when its turn was over before that: it has to come again."""
    turn, token = Turn(mailbox), uuid.uuid4()
    letters, senders = DueLetters(mailbox, token), Senders()
    with leases.kept(token), Line() as line, SentLetters(token) as sent:
        while not (is_over := turn.is_over()) and not pace.is_far(mailbox) and (mail := letters.claim_next()):
            if not _send(mail, line, sent, senders):
                return False
    return is_over and OutgoingMail.objects.waiting(timezone.now()).filter(mailbox=mailbox).exists()


def hold_waiting(mailbox: Mailbox, *, code: str, detail: str = "") -> None:
    """What is due waits for the sign-in, or for a person; what is to be sent later may find it mended."""
    now = timezone.now()
    with transaction.atomic():
        for mail in OutgoingMail.objects.waiting(now).filter(mailbox=mailbox).select_for_update(skip_locked=True):
            states.hold(mail, until=now + HOLD_FOR, code=code, detail=detail)


def _send(mail: OutgoingMail, line: Line, sent: SentLetters, senders: Senders) -> bool:
    """Whether the next one may follow. The letter is claimed."""
    try:
        if not senders.may_send(mail):
            fail(mail, code=NO_RIGHT_CODE, detail="")
            return True
        return leave_out(mail) or _hand_over(mail, line, sent)
    except LetterChanged:
        logger.warning("lease lost", extra={"mail": mail.pk})
        return True


def _hand_over(mail: OutgoingMail, line: Line, sent: SentLetters) -> bool:
    """At the mailbox's pace; whether the next one may follow. Raises LetterChanged."""
    token = pace.take(mail.mailbox, mail.priority, timezone.now())
    if token is None:
        _wait_for_tomorrow(mail)
        return False
    if token.wait_seconds:
        goes_at = time.monotonic() + token.wait_seconds
        sent.file()
        time.sleep(max(0.0, goes_at - time.monotonic()))
    began_at = time.monotonic()
    raw = attempt(mail, line)
    if mail.state == State.SENT:
        sent.add(mail, raw, took_seconds=time.monotonic() - began_at)
    if mail.sent_at is None and mail.state != State.UNKNOWN:
        pace.give_back(mail.mailbox, token)
    else:
        caps.warn_once(mail.mailbox, token)
    return not _must_all_wait(mail)


def _must_all_wait(mail: OutgoingMail) -> bool:
    """Whether the server would say the same of every other letter: then none is tried."""
    if mail.state == State.HELD:
        # Each try with a wrong password brings the provider nearer to locking it.
        hold_waiting(mail.mailbox, code=AUTH, detail=mail.error_detail)
        return True
    if mail.state == State.RETRY and mail.error_code in (LIMIT, THROTTLED, AUTH):
        caps.put_off_waiting(mail, timezone.now())
        return True
    return False


def _wait_for_tomorrow(mail: OutgoingMail) -> None:
    now = timezone.now()
    with transaction.atomic():
        states.give_up_claim(mail, due_at=now)
        caps.defer_waiting(mail.mailbox, mail.priority, now)
