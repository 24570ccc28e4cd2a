"""Answers that are small to send and would be large, or slow, to read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailkit import imap_connection, imap_fetch
from mailkit.errors import ConnectionFailed, ProtocolViolated
from mailkit.folders import MAX_CHOICES, list_sent_folders
from mailkit.imap_fetch import FetchAnswers, FetchLine, number_of, read_uid_set, read_words
from mailkit.imap_session import ImapSession
from mailkit.types import RemoteFolder
from tests.mailkit.hostile import EXAMINED, HELLO, connect
from tests.servers.scripted_imap import ScriptedServer

OK = b"{tag} OK done\r\n"
MILLION = 1_000_000


@pytest.mark.parametrize(
    "text",
    [b"(FLAGS" + b" " * MILLION, b"BODY[ " * (MILLION // 6) + b"(", b'("' + b"\\a" * (MILLION // 2)],
    ids=["blanks", "sections", "escapes"],
)
def test_a_line_is_read_once_whatever_stands_in_it(text: bytes) -> None:
    """Each of these would take hours if something in it were tried again from every place."""
    with pytest.raises(ProtocolViolated):
        read_words([text])


def test_brackets_without_end_in_an_answer_to_search_are_read_once() -> None:
    script = {"EXAMINE": EXAMINED, "SEARCH": b"* SEARCH 5 " + b"(" * 900_000 + b"\r\n" + OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        with pytest.raises(ProtocolViolated):
            session.list_uids()


def test_uids_named_again_and_again_are_not_counted_out() -> None:
    assert read_uid_set([b",".join([b"1:100000"] * 100_000)], up_to=200_000, limit=200_000) is None
    assert read_uid_set([b"7,9:10"], up_to=9, limit=3) == {7, 9}


def test_lists_of_nothing_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_fetch, "MAX_WORDS", 1000)
    answers = FetchAnswers()
    answers.add(FetchLine(1, [b"(FLAGS " + b"()" * 900 + b")"]))
    with pytest.raises(ProtocolViolated):
        answers.add(FetchLine(1, [b"(FLAGS " + b"()" * 900 + b")"]))


def test_numbers_fit_where_they_are_kept() -> None:
    assert number_of(b"9223372036854775807") == 2**63 - 1
    with pytest.raises(ProtocolViolated):
        number_of(b"9223372036854775808")


def test_more_letters_than_can_be_counted_are_no_state_of_a_folder() -> None:
    script = {"STATUS": b"* STATUS INBOX (UIDVALIDITY 7 UIDNEXT 9 MESSAGES 2147483648)\r\n" + OK}
    with (
        ScriptedServer(HELLO, script).running() as server,
        connect(server) as session,
        pytest.raises(ProtocolViolated),
    ):
        session.folder_status("INBOX")


def test_what_nobody_asked_is_forgotten_at_the_next_command() -> None:
    script = {"EXAMINE": EXAMINED, "SEARCH": b"* GOSSIP " + b"x" * 1000 + b"\r\n* SEARCH 5\r\n" + OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        for _ in range(3):
            assert session.list_uids() == [5]
        assert len(told(session).get("GOSSIP", [])) == 1


def told(session: ImapSession) -> dict[str, list[object]]:
    answers: dict[str, list[object]] = vars(session)["_connection"].untagged_responses
    return answers


def test_a_server_without_end_of_folders_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_connection, "MAX_FOLDERS", 10)
    script = {"LIST": b'* LIST () "/" x\r\n' * 11 + OK}
    with (
        ScriptedServer(HELLO, script).running() as server,
        connect(server) as session,
        pytest.raises(ProtocolViolated),
    ):
        session.list_folders()


def test_folders_that_all_claim_to_hold_sent_letters_are_a_short_choice() -> None:
    folders = [RemoteFolder(name=str(number), flags=frozenset(["\\Sent"]), delimiter="/") for number in range(1000)]
    assert len(list_sent_folders(folders)) == MAX_CHOICES
    assert list_sent_folders([RemoteFolder(name="x" * 1001, flags=frozenset(["\\Sent"]), delimiter="/")]) == []


def test_many_commands_that_drip_end_with_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in time, and all together not."""
    script = {"EXAMINE": EXAMINED}
    with (
        ScriptedServer(HELLO, script).running() as server,
        connect(server, seconds=-1) as session,
        pytest.raises(ConnectionFailed),
    ):
        session.examine("INBOX")
    monkeypatch.setattr(imap_connection, "SIGN_IN_SECONDS", -1)
    with ScriptedServer(HELLO, script).running() as server, pytest.raises(ConnectionFailed):
        connect(server)


def test_uploading_a_letter_ends_too() -> None:
    with (
        ScriptedServer(HELLO, {"APPEND": b"+ go on\r\n"}).running() as server,
        connect(server, seconds=-1) as session,
        pytest.raises(ConnectionFailed),
    ):
        session.append("Sent", b"Subject: x\r\n\r\n", flags=[], received_at=datetime(2026, 1, 1, tzinfo=UTC))
