"""The first import: the newest letters of the last days, Inbox and Sent together, with what is left out counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from tests.sync.conftest import Office
from tests.sync.letters import letter
from threads.models import Folder, Message
from threads.signals import message_filed

NOW = datetime.now(UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.rule("K09", "K10", "K13")
def test_it_takes_the_newest_of_both_folders_and_counts_the_older(office: Office, settings: Settings) -> None:
    settings.IMPORT_MESSAGES = 4
    for number in range(1, 6):
        office.deliver(number, received_at=days_ago(10 - number))
    office.deliver(101, "Sent", received_at=days_ago(20))
    office.deliver(102, "Sent", received_at=days_ago(6.5))
    office.server.create_folder("sales@acme.example", "Archive")
    office.deliver(200, "Archive", received_at=days_ago(1))
    office.visit()
    assert office.subjects == ["Order 102", "Order 3", "Order 4", "Order 5"]
    assert (office.mailbox.import_total, office.mailbox.import_done, office.mailbox.import_older) == (4, 4, 3)
    assert office.mailbox.state == Mailbox.State.SYNCED
    assert office.mailbox.imported_at is not None


@pytest.mark.rule("K10")
def test_letters_beyond_the_days_are_left_out(office: Office, settings: Settings) -> None:
    office.deliver(1, received_at=days_ago(31))
    office.deliver(2, received_at=days_ago(29))
    office.visit()
    assert office.subjects == ["Order 2"]
    assert office.mailbox.import_older == 1


@pytest.mark.rule("K10")
def test_an_old_letter_among_new_ones_is_left_out_and_stays_so(office: Office) -> None:
    office.deliver(1, received_at=days_ago(2))
    moved_here = office.deliver(2, received_at=days_ago(400))
    office.deliver(3, received_at=days_ago(1))
    office.visit()
    office.deliver(4)
    office.visit()
    assert office.subjects == ["Order 1", "Order 3", "Order 4"]
    assert office.outcomes()[moved_here] == "older"


def test_an_old_folder_is_empty_here_and_says_how_much_is_older(office: Office) -> None:
    office.deliver(1, received_at=days_ago(100))
    office.deliver(2, received_at=days_ago(90))
    office.visit()
    assert office.subjects == []
    assert (office.mailbox.import_total, office.mailbox.import_older) == (0, 2)
    assert office.mailbox.state == Mailbox.State.SYNCED
    office.deliver(3)
    office.visit()
    assert office.subjects == ["Order 3"]


@pytest.mark.rule("K09")
def test_the_total_is_known_before_the_first_letter_comes(office: Office) -> None:
    for number in range(1, 4):
        office.deliver(number)
    office.server.fail_next("fetch_messages", ConnectionFailed("cut"))
    office.visit()
    assert (office.mailbox.import_total, office.mailbox.import_done) == (3, 0)


def test_an_import_cut_short_goes_on_with_the_same_window(office: Office, settings: Settings) -> None:
    settings.IMPORT_MESSAGES = 250
    for number in range(1, 261):
        office.deliver(number, received_at=days_ago(5) + timedelta(seconds=number))
    assert office.visit(seconds=0) is True
    assert office.mailbox.import_done == 200
    assert office.mailbox.imported_at is None
    office.deliver(999)
    assert office.visit() is False
    assert (office.mailbox.import_total, office.mailbox.import_older) == (250, 10)
    assert Message.objects.count() == 251
    assert "Order 10" not in office.subjects
    assert "Order 999" in office.subjects


def test_a_mailbox_without_a_folder_of_sent_letters_is_all_right(office: Office) -> None:
    office.server.delete_folder("sales@acme.example", "Sent")
    office.deliver(1)
    office.visit()
    assert office.mailbox.state == Mailbox.State.SYNCED
    office.server.create_folder("sales@acme.example", "Sent Items")
    office.deliver(2, "Sent Items")
    office.visit()
    assert office.subjects == ["Order 1", "Order 2"]
    assert office.folder(Folder.Role.SENT).name == "Sent Items"


@pytest.mark.rule("G15")
def test_nobody_is_told_of_imported_letters(
    office: Office, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    told: list[int] = []

    def listen(message_ids: list[int], **_kwargs: object) -> None:
        told.extend(message_ids)

    message_filed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        office.deliver(1)
        office.visit()
        assert told == []
    with django_capture_on_commit_callbacks(execute=True):
        office.deliver(2)
        office.visit()
    assert len(told) == 1


@pytest.mark.rule("G01")
def test_a_reply_imported_before_what_it_answers_ends_in_its_thread(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Import goes newest first, so the reply comes in an earlier batch."""
    monkeypatch.setattr("sync.reading.BATCH_LETTERS", 1)
    office.deliver(1, received_at=days_ago(2))
    reply = letter(2, subject="Something else").replace(b"\r\n", b"\r\nIn-Reply-To: <letter-1@client.example>\r\n", 1)
    office.server.deliver("sales@acme.example", reply, received_at=days_ago(1))
    office.visit()
    assert Message.objects.values("thread").distinct().count() == 1
