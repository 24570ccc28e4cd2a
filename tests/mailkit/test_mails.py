"""Letters as programs of the world write them: tests/mails/<case>.eml beside <case>.json, what we must read."""

from __future__ import annotations

import json
import ssl
from dataclasses import asdict
from pathlib import Path

import pytest

from mailkit.imap_session import open_imap
from mailkit.mime_parts import PartLimits, decode_transfer, parse_parts
from mailkit.mime_reader import identity_of, parse_message, strip_attachments
from mailkit.types import ParsedMessage
from tests.servers.dovecot import DovecotServer
from tests.servers.local import resolve_local

MAILS = Path(__file__).parents[1] / "mails"
CASES = sorted(path.stem for path in MAILS.glob("*.eml"))


def read(case: str) -> bytes:
    return (MAILS / f"{case}.eml").read_bytes()


def as_json(message: ParsedMessage) -> dict[str, object]:
    return {
        "message_id": message.message_id,
        "subject": message.subject,
        "sender": asdict(message.sender) if message.sender else None,
        "to": [asdict(address) for address in message.to],
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "text": message.text,
        "html": message.html,
        "attachments": [asdict(part) for part in message.attachments],
        "headers": dict(message.headers),
        "defects": list(message.defects),
    }


@pytest.mark.parametrize("case", CASES)
def test_the_letter_reads_as_expected(case: str) -> None:
    expected = json.loads((MAILS / f"{case}.json").read_text(encoding="utf-8"))
    assert as_json(parse_message(read(case))) == expected


@pytest.mark.parametrize("case", CASES)
@pytest.mark.rule("K62")
def test_without_its_attachments_the_letter_reads_the_same(case: str) -> None:
    whole = parse_message(read(case))
    stripped = strip_attachments(read(case))
    assert as_json(parse_message(stripped)) == as_json(whole)
    assert parse_message(stripped).identity == whole.identity or not whole.message_id
    for part in whole.attachments:
        if part.size > 200:
            assert len(stripped) < len(read(case))


@pytest.mark.parametrize("case", CASES)
def test_the_identity_needs_the_headers_only(case: str) -> None:
    raw = read(case)
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    if case != "no-headers-at-all":
        assert identity_of(head, len(raw)) == parse_message(raw).identity


@pytest.mark.dovecot
def test_section_numbers_are_those_of_a_real_server(dovecot: DovecotServer, client_tls: ssl.SSLContext) -> None:
    user = dovecot.new_user()
    cases = [case for case in CASES if case != "no-headers-at-all"]  # a server takes its words for headers
    for case in cases:
        dovecot.deliver(user, read(case))
    with open_imap(
        dovecot.address(),
        dovecot.login(user),
        connect_seconds=10,
        read_seconds=10,
        tls=client_tls,
        resolve=resolve_local,
    ) as session:
        session.examine("INBOX")
        for uid, case in zip(session.list_uids(), cases, strict=True):
            raw = read(case)
            for part in parse_parts(raw, PartLimits()).walk():
                ours = decode_transfer(raw[part.start : part.end], part.encoding)
                theirs = session.fetch_part(uid, part.section)
                # After a letter inside a letter Dovecot counts the line break before the delimiter as the part's.
                assert theirs.removesuffix(b"\r\n") == ours.removesuffix(b"\r\n"), (case, part.section)
