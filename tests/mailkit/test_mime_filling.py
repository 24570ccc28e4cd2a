"""A letter that was kept without its files is whole again when they are put back (rule K62)."""

from __future__ import annotations

import pytest

from mailkit.letter_reader import list_files
from mailkit.mime_filling import fill_files, missing_files
from mailkit.mime_reader import parse_message, strip_attachments
from mailkit.types import OutgoingAttachment
from tests.threads.builders import Mail

FILES = (
    OutgoingAttachment("plan.pdf", "application/pdf", bytes(range(256)) * 20),
    OutgoingAttachment("note.txt", "text/plain", b"Hello\r\n=20 \xff"),
)


def encoded(encoding: str, body: bytes) -> bytes:
    return (
        b'Subject: x\r\nContent-Type: application/octet-stream; name="a"\r\n'
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + body
    )


def test_the_filled_letter_is_the_one_that_came() -> None:
    raw = Mail(files=FILES).to_bytes()
    kept = strip_attachments(raw)
    assert len(missing_files(kept)) == 2
    filled = fill_files(kept, dict(list_files(raw)))
    assert missing_files(filled) == frozenset()
    assert dict(list_files(filled)) == dict(list_files(raw))
    assert parse_message(filled).attachments == parse_message(raw).attachments


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", b"AAEC\r\n"),
        ("quoted-printable", b"a=00=FF line\r\n"),
        ("7bit", b"plain\r\n"),
        ("uuencode", b"begin 644 a\r\n#AB8C\r\n`\r\nend\r\n"),
    ],
)
def test_each_encoding_is_written_as_its_header_says(encoding: str, body: bytes) -> None:
    raw = encoded(encoding, body)
    ((section, content),) = list_files(raw)
    filled = fill_files(strip_attachments(raw), {section: content})
    assert list(list_files(filled)) == [(section, content)]


def test_what_is_not_given_keeps_its_marker() -> None:
    kept = strip_attachments(Mail(files=FILES).to_bytes())
    assert fill_files(kept, {}) == kept
