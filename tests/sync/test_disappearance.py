"""What is deleted here never comes back; what is deleted on the server stays here."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from tests.row_versions import row_versions
from tests.sync.conftest import USER, Office
from threads import services
from threads.models import Message


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
def test_a_server_that_answers_is_not_red_though_its_numbers_are_doubted(office: Office) -> None:
    for number in range(1, 21):
        office.deliver(number)
    office.visit()
    office.server.folders(USER)["INBOX"].letters.clear()
    for _ in range(3):
        office.server.fail_next("open", ConnectionFailed("cut"))
        office.visit()
    assert (office.mailbox.state, office.mailbox.status) == (Mailbox.State.ERROR, Mailbox.Status.RED)
    office.visit()
    assert (office.mailbox.state, office.mailbox.status) == (Mailbox.State.SYNCING, Mailbox.Status.GREEN)
    assert office.mailbox.error_code == "counts_differ"
