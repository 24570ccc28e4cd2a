"""What the way of a letter has written on it, and what of that we keep. Only the header is read into memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from mailkit.addresses import parse_address_list

MAX_HEADER_BYTES = 256 * 1024  # a longer one is kept as it is
MAX_MESSAGE_ID_CHARS = 1000
MAX_FROM_BYTES = 4096
CHUNK_BYTES = 1024 * 1024
# Added and changed on the way: the same letter sent once more has others.
TRACE_FIELDS = frozenset(
    {
        b"received",
        b"return-path",
        b"delivered-to",
        b"x-original-to",
        b"authentication-results",
        b"received-spf",
        b"arc-seal",
        b"arc-message-signature",
        b"arc-authentication-results",
    }
)
_FIELD_START = re.compile(rb"^(?=[^ \t])", re.MULTILINE)
_MESSAGE_ID = re.compile(rb"<[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class ReadTrace:
    """`digest` says what "the same letter" is, `body_digest` what the same text; `header` is what we keep of it, up to
    `body_at` in the file.
    """

    digest: bytes
    body_digest: bytes
    message_id_header: str  # "" without one
    header_from: str  # the first address in From, not proven; "" without one
    header: bytes
    body_at: int


def read_trace(file: BinaryIO, *, our_name: str) -> ReadTrace:
    """Of a letter from its first to its last byte. Results of checks that claim to be ours are a lie (RFC 8601 section
    5): they are left out of what we keep.
    """
    file.seek(0)
    head = file.read(MAX_HEADER_BYTES)
    end = head.find(b"\r\n\r\n")
    body_at = end + 4 if end >= 0 else 0
    fields = [field for field in _FIELD_START.split(head[:body_at]) if field]
    lasting = b"".join(field for field in fields if _name_of(field) not in TRACE_FIELDS)
    kept = b"".join(field for field in fields if not _claims_to_be_ours(field, our_name))
    digest, body_digest = _digests(file, lasting, body_at)
    return ReadTrace(
        digest=digest,
        body_digest=body_digest,
        message_id_header=_message_id(fields),
        header_from=_header_from(fields),
        header=kept,
        body_at=body_at,
    )


def kept_chunks(file: BinaryIO, trace: ReadTrace) -> Iterator[bytes]:
    """The letter as we keep it."""
    yield trace.header
    yield from _chunks_from(file, trace.body_at)


def body_digest_of(file: IO[bytes]) -> bytes:
    """That of a letter that we kept. Raises OSError, EOFError."""
    end = file.read(MAX_HEADER_BYTES).find(b"\r\n\r\n")
    return _digests(file, b"", end + 4 if end >= 0 else 0)[1]


def _digests(file: IO[bytes], lasting: bytes, body_at: int) -> tuple[bytes, bytes]:
    digest, body_digest = hashlib.sha256(lasting), hashlib.sha256()
    for chunk in _chunks_from(file, body_at):
        digest.update(chunk)
        body_digest.update(chunk)
    return digest.digest(), body_digest.digest()


def _chunks_from(file: IO[bytes], place: int) -> Iterator[bytes]:
    file.seek(place)
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _name_of(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


def _claims_to_be_ours(field: bytes, our_name: str) -> bool:
    if _name_of(field) != b"authentication-results":
        return False
    words = re.sub(rb"\([^()]*\)", b" ", field.partition(b":")[2]).replace(b'"', b" ").split(b";")[0].split()
    return bool(words) and words[0].lower() == our_name.lower().encode()


def _header_from(fields: list[bytes]) -> str:
    value = next((field.partition(b":")[2] for field in fields if _name_of(field) == b"from"), b"")
    addresses = parse_address_list(value[:MAX_FROM_BYTES].decode("utf-8", "replace"))
    return addresses[0].email if addresses else ""


def _message_id(fields: list[bytes]) -> str:
    """Several are none: which of them counts is not known."""
    values = [field.partition(b":")[2] for field in fields if _name_of(field) == b"message-id"]
    found = _MESSAGE_ID.findall(values[0]) if len(values) == 1 else []
    text = found[0].decode("utf-8", "replace").replace("\0", "") if len(found) == 1 else ""
    return text if len(text) <= MAX_MESSAGE_ID_CHARS else ""
