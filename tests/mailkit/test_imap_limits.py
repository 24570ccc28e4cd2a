"""Servers without end: lines, literals, answers, silence. Each ends the connection with an error of ours."""

from __future__ import annotations

import pytest

from mailkit import imap_connection
from mailkit.errors import ConnectionFailed, MailError, ProtocolViolated
from mailkit.imap_session import ImapSession
from tests.mailkit.hostile import EXAMINED, HELLO, connect
from tests.servers.scripted_imap import ScriptedServer

OK = b"{tag} OK done\r\n"


def fetch_from(answer: bytes, *, read_seconds: float = 5) -> MailError:
    """The error of fetching a letter; nothing may be asked on that connection again."""
    script = {"EXAMINE": EXAMINED, "FETCH": answer, "SEARCH": b"* SEARCH 5\r\n" + OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server, read_seconds=read_seconds) as session:
        session.examine("INBOX")
        with pytest.raises(MailError) as caught:
            list(session.fetch_messages([5]))
        assert_closed(session, server)
    return caught.value


def assert_closed(session: ImapSession, server: ScriptedServer) -> None:
    with pytest.raises(ConnectionFailed):
        session.folder_status("Never asked")
    assert not any(b"Never asked" in line for line in server.heard)


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 5 BODY[] {4294967296}\r\n",
        b"* 1 FETCH (UID 5 BODY[] {99999999999999999999999999}\r\n",
        b"* 1 FETCH (UID 5 BODY[] {-1}\r\n" + OK,
        b"* 1 FETCH (UID " + b"5" * 1_000_001 + b")\r\n" + OK,
        b"* 1 FETCH (UID " + b"5" * 5000 + b" BODY[] NIL)\r\n" + OK,
        b"* 1 FETCH " + b"(" * 5000 + b")" * 5000 + b"\r\n" + OK,
        b'* 1 FETCH (UID 5 FLAGS ("' + b"\\" * 5001 + b"\r\n" + OK,
        b"\0\0\0\0\r\n" + OK,
        b"* 1 FETCH (UID 5 \0 BODY[] NIL\r\n" + OK,
        b"HTTP/1.1 200 OK\r\n",
        b"* 1 FETCH (UID 5 BODY[] {5}\r\nhello\n)\n" + OK,
        b"Z9 OK done\r\n",
    ],
)
def test_what_is_no_answer_closes_the_connection(answer: bytes) -> None:
    assert isinstance(fetch_from(answer), (ProtocolViolated, ConnectionFailed))


@pytest.mark.parametrize(
    "answer",
    [b"", b"* 1 FETCH (UID 5 BODY[] {5000}\r\nbeginning", b"* 1 FETCH (UID 5", b"* 1 FETCH (UID 5 FLAGS ())\r\n"],
)
def test_a_server_that_falls_silent_is_given_up(answer: bytes) -> None:
    assert isinstance(fetch_from(answer, read_seconds=0.2), ConnectionFailed)


def test_an_endless_answer_of_small_lines_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_connection, "MAX_ANSWER_LINES", 100)
    assert isinstance(fetch_from(b"* 1 FETCH (FLAGS ())\r\n" * 200 + OK), ProtocolViolated)


def test_an_endless_answer_of_letters_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_connection, "MAX_ANSWER_BYTES", 1000)
    letter = b"* 1 FETCH (UID 5 BODY[] {90}\r\n" + b"x" * 90 + b")\r\n"
    assert isinstance(fetch_from(letter * 20 + OK), ProtocolViolated)


def test_a_server_that_drips_is_given_up_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each read is in time, all together are not."""
    monkeypatch.setattr(imap_connection, "COMMAND_SECONDS", -1)
    with ScriptedServer(HELLO, {}).running() as server, pytest.raises(ConnectionFailed):
        connect(server)


def test_lines_that_bring_no_lists_are_short() -> None:
    script = {"STATUS": b'* STATUS "INBOX" (MESSAGES ' + b"1" * 65_537 + b")\r\n" + OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        with pytest.raises(ProtocolViolated):
            session.folder_status("INBOX")
        assert_closed(session, server)


def test_fifty_thousand_uids_in_a_line_are_all_right() -> None:
    uids = range(4_200_000_000, 4_200_050_000)
    script = {"EXAMINE": EXAMINED, "SEARCH": b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\n" + OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        assert session.list_uids() == list(uids)


def test_nobody_waits_for_the_answer_to_logout() -> None:
    with ScriptedServer(HELLO, {"LOGOUT": b""}).running() as server, connect(server):
        pass
    assert server.heard[-1].split()[1] == b"LOGOUT"
