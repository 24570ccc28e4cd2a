"""Answers nobody asked for, and answers that are no IMAP."""

from __future__ import annotations

import pytest

from mailkit.errors import ConnectionFailed, PermanentMailError, ProtocolViolated
from tests.mailkit.hostile import EXAMINED, HELLO, connect
from tests.servers.scripted_imap import ScriptedServer


def test_only_the_flags_of_the_letter_asked_for_are_taken() -> None:
    answer = (
        b"* 9 FETCH (FLAGS (\\Deleted))\r\n* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n"
        b"* 2 FETCH (UID 6 FLAGS (\\Flagged))\r\n* 5 FETCH (FLAGS (\\Draft))\r\n* 3 EXISTS\r\n{tag} OK done\r\n"
    )
    with ScriptedServer(HELLO, {"EXAMINE": EXAMINED, "FETCH": answer}).running() as server, connect(server) as session:
        session.examine("INBOX")
        assert session.fetch_flags([5]) == {5: frozenset({"\\Seen"})}


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 5 BODY[] {4000000000}\r\n",
        b"* 1 FETCH (UID 5 BODY[] {62914561}\r\n",
        b"* 1 FETCH (UID x BODY[] NIL)\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 5 BODY[] (\r\n{tag} OK done\r\n",
        b'* 1 FETCH (UID 5 FLAGS ("unclosed)\r\n{tag} OK done\r\n',
        b"* 1 FETCH UID\r\n{tag} OK done\r\n",
        b"garbage without end " * 60_000 + b"\r\n",
    ],
)
def test_answers_that_are_no_imap_end_the_session(answer: bytes) -> None:
    with ScriptedServer(HELLO, {"EXAMINE": EXAMINED, "FETCH": answer}).running() as server, connect(server) as session:
        session.examine("INBOX")
        with pytest.raises((ProtocolViolated, ConnectionFailed, PermanentMailError)):
            list(session.fetch_messages([5]))


def test_the_debug_log_of_the_library_is_off() -> None:
    with ScriptedServer(HELLO, {}).running() as server, connect(server) as session:
        assert session._client._imap.debug == 0  # type: ignore[attr-defined]  # what it logs are letters and passwords
