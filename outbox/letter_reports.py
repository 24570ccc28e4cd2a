"""What was sent in a span of days, and what came of it: by day, by template, by author (ui.md, "Reports"). Letters that
a member may not see are not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Membership
from mailboxes.readable import readable_ids
from outbox.answers import answers
from outbox.bounces import CAME_BACK
from outbox.models import OutgoingMail

MOST_DAYS = 366
BY: Mapping[str, str] = {"day": "day", "template": "template__name", "author": "author__user__name"}


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the account's people, the last one included."""

    first: date
    last: date

    def moments(self) -> tuple[datetime, datetime]:
        """From the beginning of the first to the end of the last, in the reader's time zone; not longer than a year."""
        last = min(max(self.first, self.last), self.first + timedelta(days=MOST_DAYS - 1))
        begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (self.first, last + timedelta(1)))
        return begin, end


@dataclass(frozen=True, slots=True)
class ReportRow:
    """`name` is a date, or that of a template or a person; "" for letters without a template. The rest are letters:
    `sent` that a server took, of them `opened`, `clicked`, `replied`, `bounced`; and `failed`.
    """

    name: str
    sent: int
    opened: int
    clicked: int
    replied: int
    bounced: int
    failed: int


def report(member: Membership, span: Span, *, by: str) -> list[ReportRow]:
    """`by` is one of BY. Days in their order, all else by the number of letters."""
    begin, end = span.moments()
    mine = OutgoingMail.objects.visible_to(member).filter(state__in=["sent", "failed"])
    within = Q(sent_at__gte=begin, sent_at__lt=end) | Q(sent_at=None, created_at__gte=begin, created_at__lt=end)
    letters = mine.filter(within).annotate(day=TruncDate("sent_at"))
    seen_answers = answers().filter(mailbox__in=readable_ids(member))
    is_sent = Q(state="sent")
    rows = (
        letters.order_by()
        .values_list(BY[by])
        .annotate(
            sent=Count("pk", filter=is_sent),
            opened=Count("pk", filter=is_sent & Q(tracked__opened_at__isnull=False)),
            clicked=Count("pk", filter=is_sent & Q(tracked__clicked_at__isnull=False)),
            replied=Count("pk", filter=is_sent & Q(Exists(seen_answers))),
            bounced=Count("pk", filter=is_sent & Q(error_code=CAME_BACK)),
            failed=Count("pk", filter=Q(state="failed")),
        )
    )
    found = [ReportRow(str(name or ""), *counts) for name, *counts in rows]
    return sorted(found, key=lambda row: row.name if by == "day" else (-row.sent, row.name))
