"""What the first import left out is loaded when somebody asks: newest first, resumed, behind new mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from sync.services import request_older
from tests.row_versions import row_versions
from tests.sync.conftest import Office
from threads.models import Message
from threads.signals import message_filed

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def old_office(office: Office, settings: LazySettings) -> Office:
    """Imported: two letters of this month; twelve of long ago were left out, two of them in Sent."""
    for number in range(10):
        office.deliver(number, received_at=LONG_AGO + timedelta(days=number))
    office.deliver(50, "Sent", received_at=LONG_AGO + timedelta(days=4, hours=1))
    office.deliver(51, "Sent", received_at=LONG_AGO + timedelta(days=20))
    for number in (100, 101):
        office.deliver(number, received_at=timezone.now())
    assert office.visit() is False
    assert office.subjects == ["Order 100", "Order 101"]
    return office


def ask(office: Office) -> None:
    request_older(office.mailbox)
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))


@pytest.mark.rule("K10", "A04")
def test_everything_older_comes_when_asked_for(old_office: Office) -> None:
    assert old_office.mailbox.import_older == 12
    ask(old_office)
    assert old_office.load_older() is False
    assert Message.objects.count() == 14
    assert old_office.mailbox.import_older == 0
    assert old_office.mailbox.history_due_at is None
    assert (old_office.mailbox.import_done, old_office.mailbox.import_total) == (14, 14)
    assert old_office.mailbox.needs_regrouping


@pytest.mark.rule("A04")
def test_the_newest_come_first_over_both_folders(old_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.history.BATCH_LETTERS", 2)
    ask(old_office)
    old_office.load_older()
    order = list(Message.objects.order_by("pk").values_list("subject", flat=True))[2:]
    assert order[:2] == ["Order 50", "Order 51"] or order[:2] == ["Order 51", "Order 50"]
    assert order[-1] == "Order 0" or order[-2] == "Order 0"


@pytest.mark.rule("A04", "A07")
def test_it_stops_for_new_mail_and_goes_on_where_it_was(old_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.history.BATCH_LETTERS", 3)
    request_older(old_office.mailbox)
    Mailbox.objects.update(next_sync_at=timezone.now())
    assert old_office.load_older() is True
    first = Message.objects.count()
    assert 2 < first < 14
    assert old_office.visit() is False
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))
    assert old_office.load_older() is False
    assert Message.objects.count() == 14


@pytest.mark.rule("A04")
@pytest.mark.parametrize("after", [0, 1, 4, 7])
def test_a_visit_that_is_cut_short_loses_and_doubles_nothing(
    old_office: Office, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr("sync.reading.BATCH_BYTES", 600)
    ask(old_office)
    old_office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=after)
    old_office.load_older()
    assert old_office.visit() is False
    ask(old_office)
    assert old_office.load_older() is False
    assert Message.objects.count() == 14
    assert old_office.mailbox.import_older == 0


@pytest.mark.rule("A04")
def test_the_days_budget_puts_the_rest_off_to_tomorrow(old_office: Office, settings: LazySettings) -> None:
    settings.SYNC_DAILY_BYTES = 1
    ask(old_office)
    assert old_office.load_older() is False
    assert 2 < Message.objects.count() < 14
    assert old_office.mailbox.history_due_at is not None
    assert old_office.mailbox.history_due_at > timezone.now()


def test_a_second_look_after_all_is_loaded_writes_nothing(old_office: Office) -> None:
    ask(old_office)
    old_office.load_older()
    old_office.visit()
    before = row_versions()
    old_office.visit()
    assert {table: rows for table, rows in row_versions().items() if "mailbox" not in table} == {
        table: rows for table, rows in before.items() if "mailbox" not in table
    }


@pytest.mark.rule("K10")
def test_only_new_letters_from_now_on(office: Office) -> None:
    office.deliver(1, received_at=timezone.now())
    office.deliver(2, "Sent")
    Mailbox.objects.update(first_import=Mailbox.FirstImport.NEW)
    assert office.visit() is False
    assert office.subjects == []
    assert (office.mailbox.import_older, office.mailbox.state) == (2, Mailbox.State.SYNCED)
    office.deliver(3)
    office.visit()
    assert office.subjects == ["Order 3"]
    ask(office)
    office.load_older()
    assert office.subjects == ["Order 1", "Order 2", "Order 3"]


@pytest.mark.rule("K10", "A04")
def test_everything_is_the_usual_import_and_then_the_rest(office: Office) -> None:
    office.deliver(1, received_at=LONG_AGO)
    office.deliver(2, received_at=timezone.now())
    Mailbox.objects.update(first_import=Mailbox.FirstImport.ALL)
    office.visit()
    assert office.subjects == ["Order 2"]
    assert office.mailbox.load_older
    assert office.mailbox.history_due_at is not None
    ask(office)
    office.load_older()
    assert office.subjects == ["Order 1", "Order 2"]


@pytest.mark.rule("G15")
def test_older_mail_is_silent(
    old_office: Office, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[object] = []

    def hear(**kwargs: object) -> None:
        heard.append(kwargs)

    message_filed.connect(hear)
    try:
        ask(old_office)
        with django_capture_on_commit_callbacks(execute=True):
            old_office.load_older()
    finally:
        message_filed.disconnect(hear)
    assert heard == []
