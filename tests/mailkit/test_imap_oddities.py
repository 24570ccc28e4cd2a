"""What honest servers do now and then: letters that vanish while we read, refusals in part, wishes to slow down."""

from __future__ import annotations

import pytest

from mailkit.errors import MailError, MessageGone, PermanentMailError, ProtocolViolated, ServerThrottled
from tests.mailkit.dialects import OK, literal
from tests.mailkit.hostile import EXAMINED, HELLO, connect
from tests.servers.scripted_imap import ScriptedServer

ALL = b"* CAPABILITY IMAP4rev1 ENABLE CONDSTORE QRESYNC UIDPLUS\r\n{tag} OK done\r\n"
SELECTED = EXAMINED.replace(b"READ-ONLY", b"READ-WRITE")
LETTERS = literal(b"* 1 FETCH (UID 5 BODY[]") + literal(b"* 2 FETCH (UID 6 BODY[]")


@pytest.mark.parametrize(
    ("answer", "uids"),
    [
        (LETTERS + OK, [5, 6]),
        (literal(b"* 1 FETCH (UID 5 BODY[]") + b"* 1 EXPUNGE\r\n" + literal(b"* 1 FETCH (UID 6 BODY[]") + OK, [5, 6]),
        (b"* 1 FETCH (UID 5 BODY[] NIL)\r\n" + literal(b"* 2 FETCH (UID 6 BODY[]") + OK, [6]),
        (literal(b"* 1 FETCH (BODY[]") + literal(b"* 2 FETCH (UID 6 BODY[]") + OK, [6]),
        (b'* 1 FETCH (UID 5 BODY[] "Subject: s")\r\n' + OK, [5]),
        (literal(b"* 1 fetch (uid 5 body[]") + OK, [5]),
        (literal(b"* 1 FETCH (UID 5 BODY[] ~").replace(b"~ {", b"~{") + OK, [5]),
        (literal(b"* 1 FETCH (UID 5 BODY[]") + b"{tag} NO Some messages could not be FETCHed (Failure)\r\n", [5]),
        (b"* 9 FETCH (UID 99 BODY[] {1}\r\nx)\r\n" + OK, []),
        (OK, []),
    ],
)
def test_letters_in_odd_answers(answer: bytes, uids: list[int]) -> None:
    with ScriptedServer(HELLO, {"EXAMINE": EXAMINED, "FETCH": answer}).running() as server, connect(server) as session:
        session.examine("INBOX")
        assert [letter.uid for letter in session.fetch_messages([5, 6])] == uids


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"{tag} NO [UNAVAILABLE] Server error while fetching messages\r\n", "TemporaryMailError"),
        (b"{tag} NO Some messages could not be FETCHed (Failure)\r\n", "PermanentMailError"),
        (b"{tag} BAD Command Argument Error. 11\r\n", "PermanentMailError"),
        (LETTERS + b"* BYE Session expired, please login again.\r\n", "ConnectionFailed"),
        (LETTERS + b"{tag} BAD Request is throttled. Suggested Backoff Time: 1000 milliseconds\r\n", "ServerThrottled"),
    ],
)
def test_refusals_and_goodbyes_are_named(answer: bytes, kind: str) -> None:
    with ScriptedServer(HELLO, {"EXAMINE": EXAMINED, "FETCH": answer}).running() as server, connect(server) as session:
        session.examine("INBOX")
        with pytest.raises(MailError) as caught:
            list(session.fetch_messages([5, 6]))
    assert type(caught.value).__name__ == kind


def test_a_throttled_visit_gets_one_batch() -> None:
    script = {"EXAMINE": EXAMINED, "FETCH": LETTERS + b"{tag} OK Success [THROTTLED]\r\n"}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        assert len(list(session.fetch_messages([5, 6]))) == 2
        with pytest.raises(ServerThrottled) as caught:
            list(session.fetch_messages([7]))
    assert "[THROTTLED]" in caught.value.reply


def test_vanished_letters_are_told_with_qresync() -> None:
    script = {
        "CAPABILITY": ALL,
        "ENABLE": b"* ENABLED QRESYNC\r\n{tag} OK enabled\r\n",
        "EXAMINE": EXAMINED,
        "FETCH": b"* VANISHED (EARLIER) 1:2,4\r\n* 1 FETCH (UID 3 MODSEQ (9) FLAGS ())\r\n* VANISHED 5\r\n" + OK,
    }
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        session.examine("INBOX")
        changes = session.fetch_changes(since=4, up_to=8)
        assert (changes.flags, changes.vanished) == ({3: frozenset()}, {1, 2, 4, 5})
    heard = b"".join(server.heard)
    assert heard.count(b"ENABLE QRESYNC") == 1
    assert b"UID FETCH 1:8 (FLAGS) (CHANGEDSINCE 4 VANISHED)" in heard


@pytest.mark.parametrize("answer", [b"{tag} NO not today\r\n", b"{tag} BAD what\r\n", b"* ENABLED CONDSTORE\r\n" + OK])
def test_without_qresync_nobody_knows_what_vanished(answer: bytes) -> None:
    script = {"CAPABILITY": ALL, "ENABLE": answer, "EXAMINE": EXAMINED, "FETCH": OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        assert session.fetch_changes(since=4, up_to=8).vanished is None
    assert b"(CHANGEDSINCE 4)" in b"".join(server.heard)


@pytest.mark.rule("R10")
@pytest.mark.parametrize("has_uidplus", [True, False])
def test_removal_names_the_letters_or_only_flags_them(has_uidplus: bool) -> None:
    capability = ALL if has_uidplus else ALL.replace(b" UIDPLUS", b"").replace(b" ENABLE", b"")
    script = {"CAPABILITY": capability, "SELECT": SELECTED, "EXAMINE": EXAMINED, "STORE": OK, "EXPUNGE": OK}
    script["ENABLE"] = OK
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        assert session.remove("INBOX", [9, 5, 6, 4], uidvalidity=7) is has_uidplus
    commands = [line.split(b" ", 1)[1].strip() for line in server.heard]
    assert b"UID STORE 4:6,9 +FLAGS.SILENT (\\Deleted)" in commands
    assert [line for line in commands if b"EXPUNGE" in line or b"CLOSE" in line] == (
        [b"UID EXPUNGE 4:6,9"] if has_uidplus else []
    )


def test_a_folder_that_may_only_be_read_is_named_so() -> None:
    with ScriptedServer(HELLO, {"SELECT": EXAMINED}).running() as server, connect(server) as session:
        with pytest.raises(PermanentMailError, match="read only"):
            session.remove("INBOX", [5], uidvalidity=7)
        assert session.capabilities


@pytest.mark.parametrize("structure", [b"NIL", b'"text"', b"()", b"(NIL NIL)", b"((((", b"(" * 60 + b'"a"' + b")" * 60])
def test_what_is_no_structure_ends_nothing(structure: bytes) -> None:
    answer = b"* 1 FETCH (UID 5 BODYSTRUCTURE " + structure + b")\r\n" + OK
    script = {"EXAMINE": EXAMINED, "FETCH": answer, "SEARCH": OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        with pytest.raises(ProtocolViolated):
            session.fetch_structure(5)
        assert session.still_there([5]) == set()


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"* 1 FETCH (UID 5 BODY[2]<3> {4}\r\nabcd)\r\n", b"abcd"),
        (b'* 1 FETCH (UID 5 BODY[2]<3> "")\r\n', b""),
        (b"* 1 FETCH (UID 5 BODY[2]<3> NIL)\r\n", b""),
        (b"* 1 FETCH (UID 5 BODY[2] {9}\r\nxyzabcdef)\r\n", b"abcd"),  # the span was overlooked
    ],
)
def test_a_piece_of_a_section(answer: bytes, body: bytes) -> None:
    script = {"EXAMINE": EXAMINED, "FETCH": answer + OK}
    with ScriptedServer(HELLO, script).running() as server, connect(server) as session:
        session.examine("INBOX")
        assert session.fetch_section(5, "2", start=3, count=4) == body
        with pytest.raises(MessageGone):
            session.fetch_section(6, "2")
