"""Decoding a Content-Transfer-Encoding by chunks: all of them are what decode_transfer makes of the whole."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator

from mailkit.mime_headers import BASE64_ALPHABET, decode_base64
from mailkit.mime_parts import decode_transfer, transfer_encoding

MAX_LINE_BYTES = 64 * 1024


def decode_stream(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """`encoding` as the header says it. Empty chunks are left out."""
    name = transfer_encoding(encoding)
    if name == "base64":
        decoded = _decode_base64(chunks)
    elif name == "quoted-printable":
        decoded = _decode_quoted(chunks)
    elif name == "uuencode":
        decoded = iter([decode_transfer(b"".join(chunks), name)])  # of the last century, and never large
    else:
        decoded = iter(chunks)
    return filter(None, decoded)


def _decode_base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        held += chunk.translate(None, chunk.translate(None, BASE64_ALPHABET))
        whole = len(held) // 4 * 4
        yield binascii.a2b_base64(held[:whole])
        held = held[whole:]
    yield decode_base64(held)


def _decode_quoted(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        held += chunk
        end = held.rfind(b"\n") + 1
        if not end and len(held) > MAX_LINE_BYTES:
            end = held.rfind(b"=", len(held) - 3) if b"=" in held[-3:] else len(held)
        yield binascii.a2b_qp(held[:end])
        held = held[end:]
    yield binascii.a2b_qp(held)
