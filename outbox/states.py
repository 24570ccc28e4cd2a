"""The allowed changes of an outgoing letter (the diagram stands in models.py). Each is a compare-and-set.

An update goes through only while the row still has the state and the lease token that we last saw, so a worker whose
lease ran out can write nothing any more (fencing). Whoever was too late gets LetterChanged.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts import live
from outbox.errors import LetterChanged
from outbox.models import OutgoingMail

State = OutgoingMail.State

LEASE = timedelta(seconds=60)  # renewed by outbox.leases while the worker lives

CHANGES: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.HELD, State.CANCELED}),
    State.RETRY: frozenset({State.SENDING, State.HELD, State.CANCELED}),
    State.SENDING: frozenset({State.SENT, State.RETRY, State.FAILED, State.UNKNOWN, State.HELD, State.QUEUED}),
    State.HELD: frozenset({State.QUEUED, State.SENT, State.FAILED, State.CANCELED}),
    State.UNKNOWN: frozenset({State.SENT, State.QUEUED, State.CANCELED}),
    State.FAILED: frozenset({State.QUEUED, State.CANCELED}),
    State.SENT: frozenset(),
    State.CANCELED: frozenset(),
}


def change(mail: OutgoingMail, to: State, **fields: Any) -> None:
    """The letter's next state, with what belongs to it. Raises LetterChanged when the row is not as `mail` shows it."""
    if to not in CHANGES[State(mail.state)]:
        raise ValueError(f"{mail.state} never becomes {to}")
    note(mail, state=to, **fields)
    live.publish("outbox", mailbox_id=mail.mailbox_id, mail=mail.pk)


def note(mail: OutgoingMail, **fields: Any) -> None:
    """Write fields down, under the same condition."""
    unchanged = OutgoingMail.objects.filter(pk=mail.pk, state=mail.state, lease_token=mail.lease_token)
    if unchanged.update(**fields) != 1:
        raise LetterChanged(mail.pk)
    for name, value in fields.items():
        setattr(mail, name, value)


def claim(mail: OutgoingMail, now: datetime) -> None:
    """Take it for one attempt. Raises IntegrityError when another letter of the mailbox is being sent."""
    change(
        mail,
        State.SENDING,
        lease_token=uuid.uuid4(),
        lease_until=now + LEASE,
        attempts=mail.attempts + 1,
        data_accepted_at=None,
    )


def release(mail: OutgoingMail) -> None:
    """The lease is given back; the state stays."""
    note(mail, lease_token=None, lease_until=None)


def mark_sent(mail: OutgoingMail, now: datetime, *, code: str = "") -> None:
    """Accepted for everybody who can be reached. A lease is kept: the letter has yet to be filed."""
    change(mail, State.SENT, sent_at=mail.sent_at or now, sent_check_at=now, error_code=code, error_detail="")


def mark_retry(mail: OutgoingMail, *, due_at: datetime, code: str, detail: str, **fields: Any) -> None:
    _leave(mail, State.RETRY, due_at=due_at, error_code=code, error_detail=detail, data_accepted_at=None, **fields)


def mark_failed(mail: OutgoingMail, *, code: str, detail: str) -> None:
    _leave(mail, State.FAILED, error_code=code, error_detail=detail)


def mark_unknown(mail: OutgoingMail, now: datetime, *, code: str, detail: str) -> None:
    """Nobody can tell; the Sent folder is asked next."""
    _leave(mail, State.UNKNOWN, sent_check_at=now, error_code=code, error_detail=detail)


def hold(mail: OutgoingMail, *, until: datetime, code: str, detail: str) -> None:
    """Kept until the mailbox has a sign-in, at the longest `until`."""
    _leave(mail, State.HELD, due_at=until, error_code=code, error_detail=detail)


def put_back(mail: OutgoingMail, *, due_at: datetime) -> None:
    """Into the queue again."""
    _leave(mail, State.QUEUED, due_at=due_at, error_code="", error_detail="", data_accepted_at=None)


def put_back_by_person(mail: OutgoingMail, now: datetime) -> None:
    """Into the queue again, as if it were new; nobody looks for the earlier attempt any more."""
    _leave(
        mail,
        State.QUEUED,
        due_at=now,
        error_code="",
        error_detail="",
        data_accepted_at=None,
        attempts=0,
        sent_check_at=None,
    )


def cancel(mail: OutgoingMail) -> None:
    change(mail, State.CANCELED)


def _leave(mail: OutgoingMail, to: State, **fields: Any) -> None:
    """A change that ends the work on the letter."""
    change(mail, to, lease_token=None, lease_until=None, **fields)
