"""The queues in figures: how much waits in each mailbox, and when the last of it goes out (M20)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, SendingPace
from outbox.pace import limit_for, next_day, seconds_between_letters, start_of_day


@dataclass(frozen=True, slots=True)
class QueueReport:
    """`late_count` of the waiting letters go on another day, because the letters of this one are used up."""

    mailbox: Mailbox
    waiting_count: int
    late_count: int
    ends_at: datetime  # when the last one is expected to go out


def report_queues(member: Membership, now: datetime) -> Sequence[QueueReport]:
    """Of mailboxes where something waits that is not scheduled, the longest first."""
    waiting = OutgoingMail.objects.visible_to(member).of_working_mailboxes().in_queue("waiting", now)
    numbers = {
        "all": Count("id"),
        "late": Count("id", filter=Q(due_at__gt=now)),
        "last_due": Max("due_at"),
        "last_in_line": Max("priority"),
    }
    counts = {row["mailbox"]: row for row in waiting.order_by().values("mailbox").annotate(**numbers)}
    if not counts:
        return []
    paces = {row.mailbox_id: row for row in SendingPace.objects.filter(mailbox__in=counts)}
    boxes = Mailbox.objects.filter(pk__in=counts).select_related("account")
    reports = (_report(box, counts[box.pk], paces.get(box.pk), now) for box in boxes)
    return sorted(reports, key=lambda report: -report.waiting_count)


def _report(mailbox: Mailbox, counts: Mapping[str, Any], row: SendingPace | None, now: datetime) -> QueueReport:
    day = start_of_day(mailbox, now)
    sent_today = row.sent_count if row and row.day == day.date() else 0
    limit = limit_for(mailbox, counts["last_in_line"])
    ends_at = max(expected_end(counts["all"], sent_today, limit, mailbox, now), counts["last_due"])
    return QueueReport(mailbox, counts["all"], counts["late"], ends_at)


def expected_end(waiting: int, sent_today: int, limit: int, mailbox: Mailbox, now: datetime) -> datetime:
    """At the mailbox's pace; what the day does not hold goes on the next ones. `limit`: that of the last letter, which
    is a mailing's if there is one.
    """
    pause = timedelta(seconds=seconds_between_letters(mailbox))
    left_today = max(0, limit - sent_today)
    if waiting <= left_today:
        return now + max(0, waiting - 1) * pause
    over = waiting - left_today
    days = math.ceil(over / limit)
    return next_day(mailbox, now) + timedelta(days=days - 1) + (over - (days - 1) * limit - 1) * pause
