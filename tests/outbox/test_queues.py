"""When the last letter of a queue is expected to go out (M20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.pace import next_day
from outbox.queues import expected_end, report_queues
from tests.outbox.conftest import Queue

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.rule("M20", "M91")
@pytest.mark.parametrize(
    ("waiting", "sent_today", "end"),
    [
        (1, 0, NOON),
        (61, 0, NOON + timedelta(minutes=1)),
        (101, 0, MIDNIGHT),
        (160, 0, MIDNIGHT + timedelta(seconds=59)),
        (500, 0, MIDNIGHT + timedelta(days=3, seconds=99)),
        (5, 100, MIDNIGHT + timedelta(seconds=4)),
    ],
)
def test_a_second_a_letter_and_what_a_day_does_not_hold_on_the_next(
    alices: Mailbox, settings: Settings, waiting: int, sent_today: int, end: datetime
) -> None:
    settings.SEND_PER_SECOND = 1
    assert expected_end(waiting, sent_today, 100, alices, NOON) == end


@pytest.mark.rule("M20", "M91")
def test_letters_of_a_mailing_end_by_what_it_may_use_of_a_day(queue: Queue, alice: Membership, alices: Mailbox) -> None:
    Mailbox.objects.update(daily_limit=5)
    midnight = next_day(alices, timezone.now())
    for _ in range(5):
        queue()
    assert report_queues(alice, timezone.now())[0].ends_at < midnight
    OutgoingMail.objects.update(priority=OutgoingMail.Priority.BULK)
    assert report_queues(alice, timezone.now())[0].ends_at == midnight


def test_a_mailbox_with_a_pace_of_its_own_takes_longer(alices: Mailbox, settings: Settings) -> None:
    settings.SEND_PER_SECOND = 1
    alices.letters_per_minute = 6
    assert expected_end(7, 0, 100, alices, NOON) == NOON + timedelta(minutes=1)


def test_letters_put_off_count_until_they_are_due(queue: Queue, alice: Membership, bob: Membership) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    queue()
    queue()
    OutgoingMail.objects.filter(pk=queue().pk).update(due_at=tomorrow, error_code="over_daily_limit")
    report = report_queues(alice, timezone.now())[0]
    assert (report.waiting_count, report.late_count, report.ends_at) == (3, 1, tomorrow)
    assert report_queues(bob, timezone.now()) == []
