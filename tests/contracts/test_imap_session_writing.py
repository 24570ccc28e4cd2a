"""One suite for the fake, pymap and Dovecot: storing letters, finding them again, and names that are no commands."""

from __future__ import annotations

import pytest

from mailkit.errors import UnsafeText
from tests.servers.dovecot import DovecotServer
from tests.servers.sessions import WHEN, Connect, Server, letter


def test_append_and_find_by_message_id(user: str, connect: Connect) -> None:
    with connect() as session:
        uid = session.append("Sent", letter(1), flags=["\\Seen"], received_at=WHEN)
        session.append("Sent", letter(11), flags=["\\Seen"], received_at=WHEN)
        session.examine("Sent")
        (found,) = session.find_by_message_id("1@x.example")  # not 11@x.example
        assert uid in {found, None}
        assert session.find_by_message_id("2@x.example") == []
        assert session.fetch_headers([found])[0].received_at == WHEN


@pytest.mark.parametrize("value", ['1@x" X', "1@x) ALL (", "{5}", "1@x\\", "*", "%", "<1@x.example> OR ALL"])
def test_a_strangers_message_id_is_never_a_command(connect: Connect, value: str) -> None:
    with connect() as session:
        session.append("Sent", letter(1), flags=[], received_at=WHEN)
        session.examine("Sent")
        assert session.find_by_message_id(value) == []
        assert len(session.list_uids()) == 1


@pytest.mark.parametrize("value", ["1@x\r\nX STORE 1 +FLAGS (\\Deleted)", "1@x\n", "1@x\0"])
def test_line_breaks_are_refused_before_anything_is_sent(connect: Connect, value: str) -> None:
    with connect() as session:
        session.examine("INBOX")
        with pytest.raises(UnsafeText):
            session.find_by_message_id(value)
        with pytest.raises(UnsafeText):
            session.folder_status(value)


def test_folder_names_of_any_language_work(server: Server, user: str, connect: Connect) -> None:
    with connect() as session:
        if isinstance(server, DovecotServer):
            server.create_folder(user, "&BB8EQAQ4BDIENQRC- &- quote")
        else:
            server.create_folder(user, "Привет & quote")
        names = {folder.name for folder in session.list_folders()}
        assert "Привет & quote" in names
        assert session.folder_status("Привет & quote").messages == 0
