"""One suite for the fake, pymap and Dovecot: what sync may rely on when it reads, whatever the server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailkit.errors import FolderGone, MessageGone, UnsafeText
from mailkit.imap_session import find_sent_folder
from tests.servers.sessions import WHEN, Connect, Server, letter


def test_folders_are_listed_and_sent_is_found(connect: Connect) -> None:
    with connect() as session:
        folders = session.list_folders()
    assert "INBOX" in {folder.name for folder in folders}
    assert find_sent_folder(folders) == "Sent"


def test_status_and_examine_agree(server: Server, user: str, connect: Connect) -> None:
    server.deliver(user, letter())
    with connect() as session:
        status, examined = session.folder_status("INBOX"), session.examine("INBOX")
    assert (status.uidvalidity, status.uidnext, status.messages) == (
        examined.uidvalidity,
        examined.uidnext,
        examined.messages,
    )
    assert status.messages == 1


def test_a_missing_folder_is_gone(connect: Connect) -> None:
    with connect() as session:
        with pytest.raises(FolderGone):
            session.folder_status("No such folder")
        with pytest.raises(FolderGone):
            session.examine("No such folder")


def test_uids_are_ascending_above_after(server: Server, user: str, connect: Connect) -> None:
    for number in range(1, 5):
        server.deliver(user, letter(number))
    with connect() as session:
        session.examine("INBOX")
        uids = session.list_uids()
        assert uids == sorted(uids)
        assert len(uids) == 4
        assert session.list_uids(after=uids[1]) == uids[2:]
        assert session.list_uids(after=uids[3]) == []  # "5:*" would give the last one


def test_since_has_the_precision_of_a_day(server: Server, user: str, connect: Connect) -> None:
    for days in (40, 10, 1):
        server.deliver(user, letter(days), received_at=WHEN - timedelta(days=days))
    with connect() as session:
        session.examine("INBOX")
        assert session.list_uids(since=WHEN - timedelta(days=20)) == session.list_uids()[1:]


def test_headers_have_size_date_and_flags(server: Server, user: str, connect: Connect) -> None:
    server.deliver(user, letter(), received_at=WHEN, flags="\\Seen")
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        (header,) = session.fetch_headers([uid, uid + 99])
    assert (header.uid, header.size, header.received_at) == (uid, len(letter()), WHEN)
    assert "\\Seen" in header.flags


@pytest.mark.rule("G06")
def test_reading_changes_nothing(server: Server, user: str, connect: Connect) -> None:
    server.deliver(user, letter())
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        list(session.fetch_messages([uid]))
        session.fetch_part(uid, "1")
        assert "\\Seen" not in session.fetch_flags([uid])[uid]


def test_letters_come_in_the_order_asked_for(server: Server, user: str, connect: Connect) -> None:
    for number in (1, 2, 3):
        server.deliver(user, letter(number), received_at=WHEN)
    with connect() as session:
        session.examine("INBOX")
        first, _, third = session.list_uids()
        fetched = list(session.fetch_messages([third, third + 77, first]))
    assert [(one.uid, one.raw) for one in fetched] == [(third, letter(3)), (first, letter(1))]
    assert {one.received_at for one in fetched} == {WHEN}


def test_a_part_is_decoded(server: Server, user: str, connect: Connect) -> None:
    raw = (
        b"Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n"
        b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"aGVsbG8=\r\n--b--\r\n"
    )
    server.deliver(user, raw)
    with connect() as session:
        session.examine("INBOX")
        (uid,) = session.list_uids()
        assert session.fetch_part(uid, "2") == b"hello"
        with pytest.raises(MessageGone):
            session.fetch_part(uid + 99, "2")
        with pytest.raises(UnsafeText):
            session.fetch_part(uid, "2] BODY[")
