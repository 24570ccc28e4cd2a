"""UIDs that lost their meaning: letters are matched by what they are, none is doubled and none overlooked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from tests.sync.conftest import USER, Office
from threads.models import Folder, FolderEntry, Message
from threads.purging import purge_mailbox


def fill(office: Office, count: int) -> None:
    for number in range(1, count + 1):
        office.deliver(number, received_at=datetime.now(UTC) - timedelta(days=1) + timedelta(seconds=number))


def test_new_uidvalidity_brings_new_places_and_no_new_letters(office: Office) -> None:
    fill(office, 12)
    office.visit()
    messages = set(Message.objects.values_list("pk", flat=True))
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.visit()
    assert set(Message.objects.values_list("pk", flat=True)) == messages
    assert office.folder().generation == 2
    assert FolderEntry.objects.filter(generation=2).count() == 12
    assert office.visit() is False
    assert office.commands() == ["open", "folder_statuses"]


def test_letters_that_came_in_between_are_found(office: Office) -> None:
    fill(office, 3)
    office.visit()
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.deliver(4)
    office.visit()
    assert office.subjects == ["Order 1", "Order 2", "Order 3", "Order 4"]


def test_what_was_too_old_for_the_import_stays_out(office: Office) -> None:
    office.deliver(1, received_at=datetime.now(UTC) - timedelta(days=60))
    fill(office, 3)
    office.visit()
    assert office.mailbox.import_older == 1
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.visit()
    assert Message.objects.count() == 3


def test_uidnext_gone_back_is_a_new_epoch_though_uidvalidity_stayed(office: Office) -> None:
    fill(office, 5)
    office.visit()
    inbox = office.server.folders(USER)["INBOX"]
    inbox.letters.clear()
    inbox.uidnext = 1
    office.deliver(9)
    office.visit()
    assert office.folder().generation == 2
    assert "Order 9" in office.subjects
    assert Message.objects.count() == 6


def test_another_sent_folder_is_never_taken_for_the_old_one(office: Office) -> None:
    office.deliver(1, "Sent")
    office.visit()
    old = office.server.folders(USER)["Sent"]
    office.server.delete_folder(USER, "Sent")
    office.server.create_folder(USER, "Gesendet")
    new = office.server.folders(USER)["Gesendet"]
    new.uidvalidity = old.uidvalidity
    office.deliver(2, "Gesendet")
    office.visit()
    sent = office.folder(Folder.Role.SENT)
    assert (sent.name, sent.generation) == ("Gesendet", 2)
    assert office.subjects == ["Order 1", "Order 2"]


def test_uids_lost_in_the_middle_of_the_import_begin_it_anew(office: Office) -> None:
    fill(office, 6)
    office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=3)
    office.visit()
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.visit()
    assert office.subjects == [f"Order {number}" for number in range(1, 7)]
    assert (office.mailbox.import_total, office.mailbox.import_done) == (6, 6)
    assert office.mailbox.state == Mailbox.State.SYNCED


def test_an_import_begun_anew_by_one_folder_counts_the_other_again(office: Office) -> None:
    fill(office, 3)
    office.deliver(100, "Sent")
    office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=3)
    office.visit()
    assert office.mailbox.import_done == 3
    office.server.renew_uidvalidity(USER, "Sent", keep_letters=True)
    office.visit()
    assert (office.mailbox.import_total, office.mailbox.import_done) == (4, 4)
    assert office.subjects == ["Order 1", "Order 100", "Order 2", "Order 3"]


def test_uidvalidity_that_changes_under_our_eyes_is_tried_again(office: Office) -> None:
    fill(office, 2)
    office.visit()
    office.deliver(3)
    renewed: list[bool] = []

    def renew(method: str) -> None:
        if method == "examine" and not renewed:
            renewed.append(True)
            office.server.renew_uidvalidity(USER, keep_letters=True)

    office.server.on_call = renew
    office.visit()
    assert office.mailbox.failure_count == 1
    office.visit()
    assert office.subjects == ["Order 1", "Order 2", "Order 3"]
    assert (office.mailbox.state, office.mailbox.failure_count) == (Mailbox.State.SYNCED, 0)


def test_another_server_with_the_same_numbers_is_another_folder(settled_office: Office) -> None:
    """Small UIDVALIDITYs are common: the new provider's may be the old one's."""
    office = settled_office
    Mailbox.objects.filter(pk=office.mailbox.pk).update(imap_host="imap.other.example")
    generation = office.folder().generation
    rows = Message.objects.count()
    office.visit()
    assert office.folder().generation == generation + 1
    assert Message.objects.count() == rows
    office.visit()
    assert office.folder().generation == generation + 1


@pytest.mark.rule("K60")
def test_what_was_deleted_for_good_is_no_new_letter_of_the_new_epoch(office: Office) -> None:
    fill(office, 3)
    office.visit()
    Message.objects.filter(subject="Order 2").update(deleted_at=datetime.now(UTC) - timedelta(days=31))
    assert purge_mailbox(office.mailbox.pk, now=datetime.now(UTC)) == 1
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.visit()
    assert office.subjects == ["Order 1", "Order 3"]
    outcomes = FolderEntry.objects.filter(generation=2).order_by("uid").values_list("outcome", flat=True)
    assert list(outcomes) == ["imported", "deleted", "imported"]
    assert "fetch_messages" not in office.commands()
