"""How many bytes of older mail a mailbox may still fetch today: providers cut off who fetches everything at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from mailboxes.models import Mailbox


@dataclass
class Budget:
    """Of one day (UTC). New mail is fetched whatever is left."""

    day: date
    spent: int

    @classmethod
    def of(cls, mailbox: Mailbox) -> Budget:
        today = timezone.now().astimezone(UTC).date()
        return cls(today, mailbox.budget_bytes if mailbox.budget_day == today else 0)

    @property
    def is_left(self) -> bool:
        return self.spent < settings.SYNC_DAILY_BYTES

    @property
    def renewed_at(self) -> datetime:
        return datetime.combine(self.day + timedelta(days=1), time.min, tzinfo=UTC)

    def spend(self, byte_count: int) -> None:
        self.spent += byte_count

    def save(self, mailbox: Mailbox) -> None:
        Mailbox.objects.filter(pk=mailbox.pk).update(budget_day=self.day, budget_bytes=self.spent)
