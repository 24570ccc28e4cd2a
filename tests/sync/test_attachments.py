"""Files are fetched from the server when they are opened."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mailkit.errors import ConnectionFailed, MessageGone
from sync.attachments import open_attachment
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from tests.threads.builders import file_sent_letter
from threads.models import Attachment

PDF = b"%PDF-1.7 \x00\xff bytes" * 100


@pytest.fixture
def offer(office: Office) -> Attachment:
    """A file of letter 1."""
    office.server.deliver(USER, letter(1, files={"offer.pdf": PDF, "terms.pdf": b"terms"}))
    office.deliver(2)
    office.visit()
    return Attachment.objects.get(filename="offer.pdf")


@pytest.mark.rule("K62")
def test_the_bytes_come_from_the_server(office: Office, offer: Attachment) -> None:
    opened = open_attachment(offer, connect=office.connect)
    assert (opened.filename, opened.content_type, opened.content) == ("offer.pdf", "application/pdf", PDF)
    assert office.server.folders(USER)["INBOX"].letters[1].flags == frozenset()


@pytest.mark.rule("K62", "K61")
def test_a_letter_gone_from_the_server_is_said_so_and_looked_for(office: Office, offer: Attachment) -> None:
    office.server.expunge(USER, 1)
    with pytest.raises(MessageGone):
        open_attachment(offer, connect=office.connect)
    office.mailbox.refresh_from_db()
    assert office.mailbox.next_sync_at is not None
    assert office.mailbox.next_sync_at <= timezone.now()
    office.visit()
    office.server.calls.clear()
    with pytest.raises(MessageGone):
        open_attachment(offer, connect=office.connect)
    assert office.server.calls == []


def test_the_other_place_of_the_same_letter_serves_too(office: Office, offer: Attachment) -> None:
    office.server.deliver(USER, letter(1, files={"offer.pdf": PDF, "terms.pdf": b"terms"}), "Sent")
    office.visit()
    office.server.expunge(USER, 1)
    assert open_attachment(offer, connect=office.connect).content == PDF


def test_uids_that_lost_their_meaning_never_give_another_letters_file(office: Office, offer: Attachment) -> None:
    office.server.renew_uidvalidity(USER)
    office.server.deliver(USER, letter(50, files={"secret.pdf": b"other", "more.pdf": b"other"}))
    with pytest.raises(MessageGone):
        open_attachment(offer, connect=office.connect)
    office.server.deliver(USER, letter(1, files={"offer.pdf": PDF, "terms.pdf": b"terms"}))
    assert open_attachment(offer, connect=office.connect).content == PDF


def test_a_server_that_does_not_answer_is_not_a_letter_gone(office: Office, offer: Attachment) -> None:
    office.server.fail_next("open", ConnectionFailed("cut"))
    with pytest.raises(ConnectionFailed):
        open_attachment(offer, connect=office.connect)


@pytest.mark.rule("K62", "M93")
def test_a_file_that_we_sent_just_now_is_found_in_sent_before_the_next_visit(office: Office, offer: Attachment) -> None:
    raw = letter(7, files={"contract.pdf": PDF})
    file_sent_letter(office.mailbox, raw=raw, sent_at=timezone.now())
    contract = Attachment.objects.get(filename="contract.pdf")
    with pytest.raises(MessageGone):
        open_attachment(contract, connect=office.connect)
    office.server.deliver(USER, raw, "Sent")
    assert open_attachment(contract, connect=office.connect).content == PDF


def test_a_sent_folder_that_was_renamed_is_looked_for(office: Office, offer: Attachment) -> None:
    """The error asks for a visit, which finds the folder's new name."""
    raw = letter(7, files={"contract.pdf": PDF})
    file_sent_letter(office.mailbox, raw=raw, sent_at=timezone.now())
    contract = Attachment.objects.get(filename="contract.pdf")
    office.server.delete_folder(USER, "Sent")
    office.server.create_folder(USER, "Gesendet", flags=frozenset({"\\Sent"}))
    office.server.deliver(USER, raw, "Gesendet")
    with pytest.raises(MessageGone):
        open_attachment(contract, connect=office.connect)
    office.mailbox.refresh_from_db()
    assert office.mailbox.next_sync_at is not None
    assert office.mailbox.next_sync_at <= timezone.now()
    office.visit()
    assert open_attachment(contract, connect=office.connect).content == PDF
