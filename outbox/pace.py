"""How fast and how many: a bucket of one token for each mailbox, and the letters of its day (M20, M91).

Both stand in one row that all workers of all machines share, and the database's clock fills the bucket. A letter is
claimed before its token is taken: only one letter of a mailbox is ever being sent, so nobody else waits for the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.prepared import NOT_WAITING_FOR_THE_DISK, prepared_rows
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, SendingPace

NO_LIMIT = 2**31 - 1
KEPT_BACK = 5  # of so many letters of a day mailings leave one, so that a person's letter never waits for theirs (M20)
PATIENCE = 5.0  # seconds that a worker waits for the next token; it does not stand still at a mailbox that is slower
# With less than a token the row says how long to wait for the rest of it, and it counts as taken.
TAKE = """
UPDATE outbox_sendingpace SET
  tokens = least(1, tokens + extract(epoch FROM clock_timestamp() - filled_at) * %(rate)s) - 1,
  filled_at = clock_timestamp(),
  sent_count = CASE WHEN day = %(day)s THEN sent_count ELSE 0 END + 1,
  day = %(day)s
WHERE mailbox_id = %(mailbox)s AND (day <> %(day)s OR sent_count < %(limit)s)
RETURNING tokens, sent_count
"""


@dataclass(frozen=True, slots=True)
class Token:
    """The right to send one letter, when `wait_seconds` are over; it is the `number`th of its day."""

    wait_seconds: float
    number: int
    day: datetime  # its beginning


def take(mailbox: Mailbox, priority: int, now: datetime) -> Token | None:
    """For a letter of this priority. None when it has to wait for another day."""
    day, limit = start_of_day(mailbox, now), limit_for(mailbox, priority)
    return _take(mailbox, day, limit) or (_take(mailbox, day, limit) if _make_row(mailbox, day, now) else None)


def give_back(mailbox: Mailbox, token: Token) -> None:
    """The letter was not sent: it does not count."""
    counted = SendingPace.objects.filter(mailbox=mailbox, day=token.day.date(), sent_count__gt=0)
    counted.update(sent_count=F("sent_count") - 1)


def daily_limit_of(mailbox: Mailbox) -> int:
    return mailbox.daily_limit or settings.DAILY_LIMIT or NO_LIMIT


def limit_for(mailbox: Mailbox, priority: int) -> int:
    """Of the letters that the mailbox sends in a day, how many may be gone before one like this."""
    limit = daily_limit_of(mailbox)
    if priority < OutgoingMail.Priority.BULK:
        return limit
    return max(1, limit - math.ceil(limit / KEPT_BACK))


def sent_today(mailbox: Mailbox, now: datetime) -> int:
    row = SendingPace.objects.filter(mailbox=mailbox, day=start_of_day(mailbox, now).date()).first()
    return row.sent_count if row else 0


def start_of_day(mailbox: Mailbox, now: datetime) -> datetime:
    """Midnight in the account's time zone."""
    return now.astimezone(ZoneInfo(mailbox.account.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)


def next_day(mailbox: Mailbox, now: datetime) -> datetime:
    """The midnight after it: a day may have 23 or 25 hours."""
    today = start_of_day(mailbox, now)
    return (today + timedelta(days=1)).astimezone(UTC)


def rate_of(mailbox: Mailbox) -> float:
    """Letters a second; 0 when nothing limits them."""
    return mailbox.letters_per_minute / 60 if mailbox.letters_per_minute else float(settings.SEND_PER_SECOND)


def seconds_between_letters(mailbox: Mailbox) -> float:
    rate = rate_of(mailbox)
    return 1 / rate if rate else 0.0


def is_far(mailbox: Mailbox) -> bool:
    """Whether the next token is too far away to wait for it: the sweep comes again. Most mailboxes need no look."""
    pause = seconds_between_letters(mailbox)
    if pause <= PATIENCE:
        return False
    row = SendingPace.objects.filter(mailbox=mailbox).first()
    if row is None:
        return False
    filled = row.tokens + (timezone.now() - row.filled_at).total_seconds() / pause
    return (1 - filled) * pause > PATIENCE


def _take(mailbox: Mailbox, day: datetime, limit: int) -> Token | None:
    facts: dict[str, Any] = {
        "mailbox": mailbox.pk,
        "day": day.date(),
        "limit": limit,
        "rate": rate_of(mailbox) or 1,
    }
    # Nobody waits for the disk: what a power cut takes back is one letter in the count of the day.
    rows = prepared_rows(TAKE, facts, NOT_WAITING_FOR_THE_DISK)
    if not rows:
        return None
    ((tokens, number),) = rows
    return Token(max(0.0, -tokens) * seconds_between_letters(mailbox), number, day)


def _make_row(mailbox: Mailbox, day: datetime, now: datetime) -> bool:
    """Whether there was none. A new bucket is full."""
    facts = {"tokens": 1, "filled_at": now, "day": day.date()}
    _row, is_new = SendingPace.objects.get_or_create(mailbox=mailbox, defaults=facts)
    return is_new
