"""When the last letter of a queue is expected to go out (M20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.queues import expected_end, report_queues
from tests.outbox.conftest import Queue

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.rule("M20", "M91")
@pytest.mark.parametrize(
    ("waiting", "left_today", "end"),
    [
        (1, 100, NOON),
        (61, 100, NOON + timedelta(minutes=1)),
        (101, 100, MIDNIGHT),
        (160, 100, MIDNIGHT + timedelta(seconds=59)),
        (500, 100, MIDNIGHT + timedelta(days=3, seconds=99)),
        (5, 0, MIDNIGHT + timedelta(seconds=4)),
    ],
)
def test_a_second_a_letter_and_what_a_day_does_not_hold_on_the_next(
    alices: Mailbox, settings: Settings, waiting: int, left_today: int, end: datetime
) -> None:
    settings.SEND_PER_SECOND = 1
    alices.daily_limit = 100
    assert expected_end(waiting, left_today, alices, NOON) == end


def test_letters_put_off_count_until_they_are_due(queue: Queue, alice: Membership, bob: Membership) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    queue()
    queue()
    OutgoingMail.objects.filter(pk=queue().pk).update(due_at=tomorrow, error_code="over_daily_limit")
    report = report_queues(alice, timezone.now())[0]
    assert (report.waiting_count, report.late_count, report.ends_at) == (3, 1, tomorrow)
    assert report_queues(bob, timezone.now()) == []
