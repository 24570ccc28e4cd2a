"""The allowed changes of an outgoing letter (the diagram stands in models.py). Each is a compare-and-set.

An update goes through only while the row still has the state and the lease token that we last saw, so a worker whose
lease ran out can write nothing any more (fencing). Whoever was too late gets LetterChanged.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from accounts import live
from accounts.prepared import prepared_rows
from accounts.tenancy import current_account_id, on_commit
from outbox.errors import LetterChanged
from outbox.models import OutgoingMail
from outbox.signals import letters_ended
from tracking.models import Tracked

State = OutgoingMail.State

LEASE = timedelta(seconds=60)  # renewed by outbox.leases while the worker lives

CHANGES: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.SENT, State.FAILED, State.HELD, State.CANCELED}),
    State.RETRY: frozenset({State.SENDING, State.SENT, State.FAILED, State.HELD, State.CANCELED}),
    State.SENDING: frozenset({State.SENT, State.RETRY, State.FAILED, State.UNKNOWN, State.HELD, State.QUEUED}),
    State.HELD: frozenset({State.QUEUED, State.SENT, State.FAILED, State.CANCELED}),
    State.UNKNOWN: frozenset({State.SENT, State.QUEUED, State.CANCELED}),
    State.FAILED: frozenset({State.QUEUED, State.CANCELED}),
    State.SENT: frozenset(),
    State.CANCELED: frozenset(),
}


# Written out, because these run for every letter, and Django takes longer to write them than PostgreSQL to run them.
NOTE = """
UPDATE outbox_outgoingmail SET {columns} WHERE id = %s AND state = %s AND lease_token IS NOT DISTINCT FROM %s
RETURNING true
"""
TAKEN = """
WITH sent AS (
  UPDATE outbox_outgoingmail SET state = 'sent', sent_at = coalesce(sent_at, %(now)s), sent_check_at = %(now)s,
    error_code = '', error_detail = ''
  WHERE id = %(mail)s AND state = 'sending' AND lease_token = %(token)s RETURNING id, tracked_id),
delivered AS (UPDATE tracking_tracked SET delivered_at = %(now)s WHERE id = (SELECT tracked_id FROM sent))
UPDATE outbox_outgoingrecipient SET state = 'accepted', error = ''
WHERE mail_id = (SELECT id FROM sent) AND state = 'waiting' RETURNING true
"""
FILED = """
UPDATE outbox_outgoingmail o SET message_id = v.message_id, thread_id = v.thread_id
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS v(id, message_id, thread_id)
WHERE o.id = v.id AND o.lease_token IS NOT DISTINCT FROM %s
"""


def change(mail: OutgoingMail, to: State, **fields: Any) -> None:
    """The letter's next state, with what belongs to it. Raises LetterChanged when the row is not as `mail` shows it."""
    if to not in CHANGES[State(mail.state)]:
        raise ValueError(f"{mail.state} never becomes {to}")
    note(mail, state=to, **fields)
    live.publish("outbox", mailbox_id=mail.mailbox_id, mail=mail.pk)
    _tell_ended(mail)


def note(mail: OutgoingMail, **fields: Any) -> None:
    """Write fields down, under the same condition."""
    columns = ", ".join(f"{name} = %s" for name in fields)
    seen: list[Any] = [mail.pk, str(mail.state), mail.lease_token]
    if not prepared_rows(NOTE.format(columns=columns), [*map(_as_stored, fields.values()), *seen]):
        raise LetterChanged(mail.pk)
    for name, value in fields.items():
        setattr(mail, name, value)


def mark_taken(mail: OutgoingMail, now: datetime) -> None:
    """The server took it for everybody it was offered for, and nobody is left: `mark_sent`, and its recipients, in one
    statement. Browsers are told when it is filed, a moment later.
    """
    if not prepared_rows(TAKEN, {"now": now, "mail": mail.pk, "token": mail.lease_token}):
        raise LetterChanged(mail.pk)
    mail.state, mail.error_code, mail.error_detail = State.SENT, "", ""
    mail.sent_at, mail.sent_check_at = mail.sent_at or now, now
    _tell_ended(mail)


def _tell_ended(mail: OutgoingMail) -> None:
    """The rooms above, after the commit, when the letter has triggers. What is not heard is told again by a sweep."""
    if not mail.triggers or mail.state not in (State.SENT, State.FAILED):
        return
    account_id, mail_ids = current_account_id(), [mail.pk]

    def send() -> None:
        letters_ended.send_robust(OutgoingMail, account_id=account_id, mail_ids=mail_ids)

    on_commit(send)


def note_filed(filed: Mapping[int, tuple[int, int]], lease_token: uuid.UUID | None) -> int:
    """Message and thread of letters that have this lease, by their ids; the number of those that still had it."""
    messages, threads = [message for message, _ in filed.values()], [thread for _, thread in filed.values()]
    with connection.cursor() as cursor:
        cursor.execute(FILED, [list(filed), messages, threads, lease_token])
        return int(cursor.rowcount)


def release_all(mails: Sequence[OutgoingMail], lease_token: uuid.UUID) -> int:
    """Those that still have it; their number."""
    held = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails], lease_token=lease_token)
    return held.update(lease_token=None, lease_until=None)


def claim_to_settle(mails: Sequence[OutgoingMail], lease_token: uuid.UUID, now: datetime) -> None:
    """Rows that the caller has locked."""
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
        lease_token=lease_token, lease_until=now + LEASE
    )
    for mail in mails:
        mail.lease_token, mail.lease_until = lease_token, now + LEASE


def end_settling(mails: Sequence[OutgoingMail], lease_token: uuid.UUID, sent_copy: OutgoingMail.SentCopy) -> None:
    """Nothing is left to do for those that still have the lease, which they give back."""
    held = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails], lease_token=lease_token)
    held.update(sent_copy=sent_copy, sent_check_at=None, lease_token=None, lease_until=None)


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
    if mail.tracked_id is not None:
        Tracked.objects.filter(pk=mail.tracked_id, delivered_at=None).update(delivered_at=now)
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


def give_up_claim(mail: OutgoingMail, *, due_at: datetime) -> None:
    """As if it had never been claimed: nothing was tried."""
    _leave(mail, State.QUEUED, due_at=due_at, attempts=mail.attempts - 1)


def move(mail: OutgoingMail, *, due_at: datetime) -> None:
    """To another time; nobody has tried to send it yet."""
    note(mail, due_at=due_at, error_code="")
    live.publish("outbox", mailbox_id=mail.mailbox_id, mail=mail.pk)


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
        told_at=None,  # how it ends is news again
    )


def cancel(mail: OutgoingMail) -> None:
    """What reached nobody, as far as we know, is not looked for any more, nor copied to Sent."""
    change(mail, State.CANCELED, sent_check_at=mail.sent_check_at if mail.sent_at else None)


def _leave(mail: OutgoingMail, to: State, **fields: Any) -> None:
    """A change that ends the work on the letter."""
    change(mail, to, lease_token=None, lease_until=None, **fields)


def _as_stored(value: Any) -> Any:  # noqa: ANN401  (what a column takes)
    return str(value) if isinstance(value, models.Choices) else value
