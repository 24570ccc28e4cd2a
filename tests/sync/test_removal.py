""" "Delete uploaded messages" (R10): only what is wholly ours leaves the server, and everything else stays."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from mailboxes.models import Mailbox, MailboxFilter
from mailkit.errors import ConnectionFailed
from sync.attachments import open_attachment
from tests.servers.fake_imap import FakeServer
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import Attachment, FolderEntry, Message, MessageBody
from threads.raw_store import read_raw

SMALL, LARGE = 5_000, 5_000_000


def switch_on(office: Office) -> None:
    Mailbox.objects.update(delete_after_upload=True, keep_attachments=True)
    office.mailbox.refresh_from_db()


def on_server(office: Office, folder: str = "INBOX") -> list[int]:
    return sorted(office.server.folders(USER)[folder].letters)


@pytest.mark.rule("R10", "K62")
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_letter_of_any_size_is_removed_when_every_byte_is_here(settled_office: Office, size: int) -> None:
    switch_on(settled_office)
    raw = letter(9, files={"offer.pdf": bytes(range(256)) * (size // 256)})
    uid = settled_office.server.deliver(USER, raw)
    settled_office.visit()
    body = MessageBody.objects.get(message__subject="Order 9")
    assert body.raw_is_whole
    assert read_raw(body.raw_name) == raw
    assert uid not in on_server(settled_office)
    attachment = Attachment.objects.get()
    assert open_attachment(attachment, connect=settled_office.connect).content == bytes(range(256)) * (size // 256)
    assert Message.objects.get(subject="Order 9").on_server is False


@pytest.mark.rule("R10", "M93")
def test_what_came_before_the_switch_and_what_we_sent_stay(settled_office: Office) -> None:
    before = on_server(settled_office)
    switch_on(settled_office)
    settled_office.deliver(200, "Sent")
    settled_office.deliver(9)
    settled_office.visit()
    assert on_server(settled_office) == before
    assert len(on_server(settled_office, "Sent")) == 2


@pytest.mark.rule("R10", "A08")
def test_what_is_not_stored_is_never_removed(settled_office: Office) -> None:
    switch_on(settled_office)
    MailboxFilter.objects.create(mailbox=settled_office.mailbox, kind="address", value="x@spam.example")
    filtered = settled_office.server.deliver(USER, letter(7, sender="x@spam.example"))
    settled_office.visit()
    assert filtered in on_server(settled_office)


@pytest.mark.rule("R10")
def test_a_letter_whose_stored_bytes_are_damaged_is_not_removed(
    settled_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(settled_office)
    uid = settled_office.deliver(9)
    settled_office.server.fail_next("remove", ConnectionFailed("cut"))
    settled_office.visit()
    assert uid in on_server(settled_office)
    default_storage.delete(MessageBody.objects.get(message__subject="Order 9").raw_name)
    settled_office.visit()
    assert uid in on_server(settled_office)


@pytest.mark.rule("R10", "K60")
def test_a_letter_that_was_deleted_here_stays_there(settled_office: Office) -> None:
    switch_on(settled_office)
    uid = settled_office.deliver(9)
    settled_office.server.fail_next("remove", ConnectionFailed("cut"))
    settled_office.visit()
    Message.objects.filter(subject="Order 9").update(deleted_at=settled_office.mailbox.created_at)
    settled_office.visit()
    assert uid in on_server(settled_office)


@pytest.mark.rule("R10")
def test_without_uidplus_it_is_only_marked_and_only_once(settled_office: Office) -> None:
    settled_office.server.capabilities -= {"UIDPLUS"}
    switch_on(settled_office)
    uid = settled_office.deliver(9)
    settled_office.visit()
    assert "\\Deleted" in settled_office.server.folders(USER)["INBOX"].letters[uid].flags
    assert FolderEntry.objects.get(message__subject="Order 9").removed_at is not None
    settled_office.visit()
    assert "remove" not in settled_office.commands()


def test_uids_that_changed_meanwhile_name_other_letters(settled_office: Office, fake_server: FakeServer) -> None:
    switch_on(settled_office)
    settled_office.deliver(9)

    def renew(method: str) -> None:
        if method == "remove":
            fake_server.renew_uidvalidity(USER, keep_letters=True)

    settled_office.server.on_call = renew
    settled_office.visit()
    assert len(on_server(settled_office)) == 4
