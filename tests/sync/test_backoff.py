"""A mailbox that waits because visits failed is left in peace, whatever messages the broker still carries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from sync import tasks
from sync.schedule import list_due_history
from sync.services import request_older
from tests.sync.conftest import Office

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.rule("A04")
@pytest.mark.parametrize("task", [tasks.import_mailbox, tasks.sync_now])
def test_a_late_message_does_not_come_before_the_time(settled_office: Office, task: object) -> None:
    due = timezone.now() + timedelta(minutes=15)
    Mailbox.objects.update(failure_count=1, next_sync_at=due)
    task(settled_office.mailbox.account.pk, settled_office.mailbox.pk)  # type: ignore[operator]  # both tasks are called so
    settled_office.mailbox.refresh_from_db()
    assert (settled_office.mailbox.failure_count, settled_office.mailbox.next_sync_at) == (1, due)


@pytest.mark.rule("A04")
def test_no_older_mail_is_loaded_while_visits_fail(settled_office: Office) -> None:
    request_older(settled_office.mailbox)
    key = (settled_office.mailbox.account.pk, settled_office.mailbox.pk)
    assert list_due_history() == [key]
    Mailbox.objects.update(failure_count=1, next_sync_at=timezone.now() + timedelta(minutes=15))
    assert list_due_history() == []
    tasks.load_older(*key)
    settled_office.mailbox.refresh_from_db()
    assert settled_office.mailbox.failure_count == 1
    settled_office.visit()
    assert list_due_history() == [key]


@pytest.mark.rule("A04")
def test_what_was_fetched_before_the_connection_broke_is_spent(office: Office) -> None:
    for number in range(3):
        office.deliver(number, received_at=LONG_AGO + timedelta(days=number))
    office.visit()
    request_older(office.mailbox)
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10), crash_count=2)
    office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=1)
    office.load_older()
    assert len(office.subjects) == 1
    assert office.mailbox.budget_bytes > 0
