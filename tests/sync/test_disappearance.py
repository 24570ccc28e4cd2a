"""What is deleted here never comes back; what is deleted on the server stays here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from sync.planner import EMPTY_BELIEVED_AFTER
from tests.row_versions import row_versions
from tests.servers.fake_imap import FakeSession
from tests.sync.conftest import USER, Office
from threads import services
from threads.ledger_report import ledger_of
from threads.models import Folder, Message


@pytest.mark.rule("K60")
def test_a_letter_deleted_here_does_not_come_back(settled_office: Office, alice: Membership) -> None:
    gone = Message.objects.get(subject="Order 2")
    services.delete_messages(alice, [gone.pk])
    settled_office.deliver(2)
    settled_office.visit()
    settled_office.server.renew_uidvalidity(USER, keep_letters=True)
    settled_office.visit()
    gone.refresh_from_db()
    assert gone.deleted_at is not None
    assert Message.objects.filter(subject="Order 2").count() == 1
    assert 2 in settled_office.server.folders(USER)["INBOX"].letters


@pytest.mark.rule("K61")
def test_a_letter_deleted_on_the_server_stays_here(settled_office: Office) -> None:
    settled_office.server.expunge(USER, 2)
    settled_office.visit()
    kept = Message.objects.get(subject="Order 2")
    assert kept.on_server is False
    assert kept.deleted_at is None
    assert Message.objects.filter(on_server=True).count() == 3


def test_a_folder_emptied_at_once_is_not_believed_until_it_lists_a_letter(office: Office) -> None:
    for number in range(1, 21):
        office.deliver(number)
    office.visit()
    office.server.folders(USER)["INBOX"].letters.clear()
    office.visit()
    before = row_versions()
    office.visit()
    assert row_versions() == before
    assert Message.objects.filter(on_server=True).count() == 20
    office.deliver(21)
    office.visit()
    assert set(Message.objects.filter(on_server=True).values_list("subject", flat=True)) == {"Order 21"}


@pytest.mark.rule("K61")
def test_a_letter_that_went_while_uids_lost_their_meaning_is_gone(settled_office: Office) -> None:
    settled_office.server.expunge(USER, 2)
    settled_office.server.renew_uidvalidity(USER, keep_letters=True)
    settled_office.visit()
    assert set(Message.objects.filter(on_server=False).values_list("subject", flat=True)) == {"Order 2"}


@pytest.mark.rule("G13")
def test_a_server_that_answers_is_not_red_though_its_numbers_are_doubted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 21):
        office.deliver(number)
    office.visit()
    office.server.expunge(USER, 2)
    office.server.capabilities -= {"QRESYNC"}
    monkeypatch.setattr(FakeSession, "list_uids", lambda *_, **__: [])  # an index that is being rebuilt
    for _ in range(3):
        office.server.fail_next("open", ConnectionFailed("cut"))
        office.visit()
    assert (office.mailbox.state, office.mailbox.status) == (Mailbox.State.ERROR, Mailbox.Status.RED)
    office.visit()
    assert (office.mailbox.state, office.mailbox.status) == (Mailbox.State.SYNCING, Mailbox.Status.GREEN)
    assert office.mailbox.error_code == "counts_differ"


@pytest.mark.rule("G13", "K61")
def test_a_mailbox_that_was_archived_as_a_whole_is_well_and_believed_after_an_hour(office: Office) -> None:
    for number in range(1, 21):
        office.deliver(number)
    office.visit()
    office.server.folders(USER)["INBOX"].letters.clear()
    long_ago = timezone.now() - timedelta(days=1)
    Mailbox.objects.update(last_synced_at=long_ago)
    for _ in range(3):
        office.visit()
    assert (office.mailbox.state, office.mailbox.status) == (Mailbox.State.SYNCED, Mailbox.Status.GREEN)
    assert office.mailbox.error_code == "folder_emptied"
    assert office.mailbox.last_synced_at is not None
    assert office.mailbox.last_synced_at > long_ago
    Folder.objects.update(empty_since=timezone.now() - EMPTY_BELIEVED_AFTER)
    office.visit()
    assert not Message.objects.filter(on_server=True).exists()
    assert (Message.objects.count(), office.mailbox.error_code) == (20, "")
    assert all(folder.agrees for folder in ledger_of(office.mailbox))
    office.visit()
    assert office.commands() == ["open", "folder_statuses"]


def test_a_store_that_was_away_begins_its_hour_anew(office: Office) -> None:
    for number in range(1, 21):
        office.deliver(number)
    office.visit()
    letters = office.server.folders(USER)["INBOX"].letters
    kept = dict(letters)
    letters.clear()
    office.visit()
    Folder.objects.update(empty_since=timezone.now() - EMPTY_BELIEVED_AFTER)
    letters.update(kept)
    office.visit()
    assert office.mailbox.error_code == ""
    letters.clear()
    office.visit()
    assert Message.objects.filter(on_server=True).count() == 20
