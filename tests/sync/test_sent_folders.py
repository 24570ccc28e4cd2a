"""The folder of sent letters may go, come back, and be another one: that makes no noise and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from mailboxes.models import Mailbox
from mailkit.errors import FolderGone
from sync.services import request_older
from tests.sync.conftest import USER, Office
from threads.ledger_report import ledger_of
from threads.models import Folder, Message
from threads.signals import message_filed

RECENTLY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Subjects of letters that the rooms above are told of."""
    subjects: list[str] = []

    def hear(message_ids: Sequence[int], **_: object) -> None:
        subjects.extend(Message.objects.filter(pk__in=message_ids).values_list("subject", flat=True))

    message_filed.connect(hear)
    yield subjects
    message_filed.disconnect(hear)


@pytest.mark.rule("G15", "K13", "E04")
def test_letters_of_a_sent_folder_picked_later_are_no_news(
    settled_office: Office, heard: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    office = settled_office
    office.server.create_folder(USER, "Sent Items", flags=frozenset({"\\Sent"}))
    for number in (50, 51):
        office.deliver(number, "Sent Items")
    Mailbox.objects.update(sent_folder="Sent Items", sent_choices=["Sent", "Sent Items"])
    with django_capture_on_commit_callbacks(execute=True):
        office.visit()
    assert {"Order 50", "Order 51"} <= set(office.subjects)
    assert heard == []
    office.deliver(52, "Sent Items")
    with django_capture_on_commit_callbacks(execute=True):
        office.visit()
    assert heard == ["Order 52"]


@pytest.mark.rule("G15", "A13")
def test_mail_that_lay_at_the_new_service_is_no_news(
    settled_office: Office, heard: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    office = settled_office
    office.deliver(50, received_at=datetime.now(UTC) + timedelta(seconds=1))
    Mailbox.objects.update(imap_host="imap.other.example")
    with django_capture_on_commit_callbacks(execute=True):
        office.visit()
    assert "Order 50" in office.subjects
    assert heard == []


def test_a_letter_sent_from_another_program_is_news_though_the_folder_came_with_it(
    office: Office, heard: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    office.server.delete_folder(USER, "Sent")
    office.deliver(1, received_at=RECENTLY)
    office.visit()
    office.server.create_folder(USER, "Sent")
    office.deliver(2, "Sent", received_at=RECENTLY)
    office.deliver(3, "Sent")
    with django_capture_on_commit_callbacks(execute=True):
        office.visit()
    assert office.subjects == ["Order 1", "Order 2", "Order 3"]
    assert heard == ["Order 3"]


@pytest.mark.rule("K10", "K61")
def test_older_mail_is_loaded_although_the_sent_folder_is_gone(settled_office: Office) -> None:
    office = settled_office
    office.deliver(50, received_at=datetime(2025, 1, 1, tzinfo=UTC))
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.visit()
    request_older(office.mailbox)
    office.server.delete_folder(USER, "Sent")
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))
    office.load_older()
    assert "Order 50" in office.subjects
    assert (office.mailbox.state, office.mailbox.failure_count) == (Mailbox.State.SYNCED, 0)


@pytest.mark.rule("K61", "G13")
def test_letters_of_a_sent_folder_that_is_gone_lie_nowhere_until_it_is_back(settled_office: Office) -> None:
    office = settled_office
    away = office.server.folders(USER)["Sent"]
    office.server.delete_folder(USER, "Sent")
    office.visit()
    assert Message.objects.get(subject="Order 100").on_server is False
    assert [(folder.on_server, folder.agrees) for folder in ledger_of(office.mailbox)] == [(3, True), (0, True)]
    office.visit()
    assert (office.mailbox.state, office.mailbox.error_code) == (Mailbox.State.SYNCED, "")
    office.server.folders(USER)["Sent"] = away
    office.visit()
    assert Message.objects.get(subject="Order 100").on_server is True
    assert all(folder.agrees for folder in ledger_of(office.mailbox))
    assert Message.objects.count() == 4


def test_one_that_cannot_be_opened_is_not_called_the_inbox(settled_office: Office) -> None:
    office = settled_office
    for _ in range(3):
        office.deliver(int(Message.objects.count()) + 200, "Sent")
        office.server.fail_next("examine", FolderGone("no"))
        office.visit()
    assert (office.mailbox.state, office.mailbox.error_code) == (Mailbox.State.ERROR, "sent_folder_gone")


@pytest.mark.rule("K13", "A13")
def test_another_service_calls_another_folder_so(settled_office: Office) -> None:
    office = settled_office
    office.server.create_folder(USER, "Sent")
    office.server.create_folder(USER, "Sent Items", flags=frozenset({"\\Sent"}))
    office.deliver(50, "Sent Items")
    Mailbox.objects.update(imap_host="imap.other.example")
    office.visit()
    assert office.folder(Folder.Role.SENT).name == "Sent Items"
    assert "Order 50" in office.subjects
