"""The letters of a day: a warning, then the rest goes tomorrow, and says so (M91)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account, Membership, Notice
from mailboxes.behavior import MailboxSettings, change_settings
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox
from outbox import pace
from outbox.delivery import deliver
from outbox.models import OutgoingMail, SendingPace
from outbox.states import State
from tests.outbox.conftest import Office, Queue


@pytest.mark.rule("M91")
def test_beyond_the_limit_letters_wait_for_tomorrow(office: Office, queue: Queue, alice: Membership) -> None:
    Mailbox.objects.update(daily_limit=2)
    Account.objects.update(timezone="Pacific/Auckland")
    for _ in range(5):
        queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 2
    late = OutgoingMail.objects.filter(state=State.QUEUED)
    midnight = pace.next_day(Mailbox.objects.get(pk=office.mailbox.pk), timezone.now())
    assert {(mail.error_code, mail.due_at, mail.attempts) for mail in late} == {("over_daily_limit", midnight, 0)}
    assert late.count() == 3
    notice = Notice.objects.get()
    assert (notice.kind, notice.membership) == ("mailbox.daily_limit", alice)
    assert notice.facts == {"mailbox": office.mailbox.pk}


@pytest.mark.rule("M20", "M91", "M92")
def test_mailings_leave_a_part_of_the_day_to_people(office: Office, queue: Queue) -> None:
    Mailbox.objects.update(daily_limit=5)
    for _ in range(6):
        queue(mailbox_id=office.mailbox.pk)
    OutgoingMail.objects.update(priority=OutgoingMail.Priority.BULK)
    deliver(office.mailbox.pk)
    assert OutgoingMail.objects.filter(state=State.QUEUED, error_code="over_daily_limit").count() == 2
    single, other = queue(mailbox_id=office.mailbox.pk), queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    single.refresh_from_db()
    other.refresh_from_db()
    assert (single.state, other.state, other.error_code) == (State.SENT, State.QUEUED, "over_daily_limit")
    assert len(office.sink.letters) == 5


@pytest.mark.rule("M91")
def test_on_the_next_day_they_go(office: Office, queue: Queue) -> None:
    Mailbox.objects.update(daily_limit=1)
    for _ in range(2):
        queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    SendingPace.objects.update(day=timezone.now().date() - timedelta(days=1))
    OutgoingMail.objects.update(due_at=timezone.now())
    deliver(office.mailbox.pk)
    assert {(mail.state, mail.error_code) for mail in OutgoingMail.objects.all()} == {(State.SENT, "")}


@pytest.mark.rule("M91")
def test_before_it_the_owner_is_warned_once(
    office: Office, queue: Queue, settings: Settings, alice: Membership
) -> None:
    settings.DAILY_WARN = 2
    for _ in range(4):
        queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    notice = Notice.objects.get()
    assert (notice.kind, notice.membership, notice.facts["count"]) == ("mailbox.daily_warning", alice, 2)


def test_what_was_not_sent_does_not_count(office: Office, queue: Queue) -> None:
    office.sink.replies["DATA"] = "451 4.3.0 later"
    queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert SendingPace.objects.get().sent_count == 0


@pytest.mark.rule("M91")
def test_a_higher_limit_lets_them_go_today(
    office: Office,
    queue: Queue,
    alice: Membership,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Mailbox.objects.update(daily_limit=1)
    for _ in range(3):
        queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    with django_capture_on_commit_callbacks(execute=True):
        change_settings(alice, office.mailbox.pk, MailboxSettings(daily_limit=100))
    deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 3


def test_the_limit_is_a_number_of_letters(office: Office, alice: Membership) -> None:
    with pytest.raises(SettingRefused):
        change_settings(alice, office.mailbox.pk, MailboxSettings(daily_limit=-1))
    change_settings(alice, office.mailbox.pk, MailboxSettings(daily_limit=0))
    office.mailbox.refresh_from_db()
    assert pace.daily_limit_of(office.mailbox) == 3000, "that of the instance"


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("UTC", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 28, 16, tzinfo=UTC), datetime(2026, 3, 29, 15, tzinfo=UTC)),
    ],
)
def test_the_day_ends_where_the_account_is(alices: Mailbox, zone: str, now: datetime, midnight: datetime) -> None:
    alices.account.timezone = zone
    assert pace.next_day(alices, now) == midnight
