"""The great providers' ways of speaking IMAP, played to us as they were heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from mailkit.folders import find_sent_folder
from mailkit.imap_session import ImapSession
from tests.mailkit.dialects import ALL, OK, RAW, Dialect
from tests.mailkit.hostile import connect
from tests.servers.scripted_imap import ScriptedServer


@pytest.fixture(params=ALL, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    found: Dialect = request.param
    return found


@pytest.fixture
def server(dialect: Dialect) -> Iterator[ScriptedServer]:
    answers: dict[str, bytes | Sequence[bytes]] = {
        "CAPABILITY": dialect.capability,
        "LOGIN": dialect.login,
        "LIST": dialect.folders,
        "STATUS": dialect.statuses,
        "EXAMINE": dialect.examined,
        "SEARCH": dialect.search,
        "FETCH": [dialect.letter + OK, dialect.structure + OK],
        **dialect.extra,
    }
    with ScriptedServer(dialect.greeting, answers).running() as running:
        yield running


@pytest.fixture
def session(server: ScriptedServer) -> Iterator[ImapSession]:
    with connect(server) as opened:
        yield opened


def test_signing_in_asks_only_what_was_not_told(dialect: Dialect, server: ScriptedServer, session: ImapSession) -> None:
    session.folder_statuses(["INBOX", dialect.sent])
    commands = [line.split()[1].decode() for line in server.heard]
    assert commands == [*dialect.sign_in, "STATUS", "STATUS"]


def test_the_folder_of_sent_letters_is_found(dialect: Dialect, session: ImapSession) -> None:
    assert find_sent_folder(session.list_folders()) == dialect.sent


def test_states_of_folders_are_understood(dialect: Dialect, session: ImapSession) -> None:
    inbox, sent = session.folder_statuses(["INBOX", dialect.sent])
    assert [(one.messages, one.uidnext) for one in (inbox, sent)] == [(2, 9), (3, 4)]
    examined = session.examine("INBOX")
    assert (examined.uidvalidity, examined.uidnext, examined.messages) == (inbox.uidvalidity, 9, 2)
    assert examined.highestmodseq == dialect.highestmodseq


def test_a_letter_is_read(session: ImapSession) -> None:
    session.examine("INBOX")
    assert session.list_uids() == [5, 7]
    (letter,) = session.fetch_messages([5])
    assert (letter.raw, letter.received_at) == (RAW, datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC))
    assert "\\Seen" in letter.flags


def test_its_structure_is_read(dialect: Dialect, session: ImapSession) -> None:
    session.examine("INBOX")
    list(session.fetch_messages([5]))
    parts = list(session.fetch_structure(5).walk())
    assert tuple(part.content_type for part in parts) == dialect.parts
    pdf = next(part for part in parts if part.content_type == "application/pdf")
    assert (pdf.section, pdf.encoding, pdf.size) == ("2", "base64", 4410)
    assert pdf.disposition_parameters["filename"] == dialect.filename
    assert pdf.disposition in {"attachment", "inline"}
