"""What a plain program on the standard library does with a letter: headers, all text, files with their hash."""

from __future__ import annotations

import email
import hashlib
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

HEADERS = ("subject", "from", "to", "cc", "date", "message-id", "in-reply-to", "references")


@dataclass(frozen=True, slots=True)
class PlainLetter:
    headers: dict[str, str]
    addresses: list[tuple[str, str]]
    texts: list[str]
    pages: list[str]
    files: list[tuple[str | None, str, int, str]]


def read_plainly(raw: bytes) -> PlainLetter:
    letter = email.message_from_bytes(raw)
    headers = {name: _decoded(letter.get(name)) for name in HEADERS}
    found = PlainLetter(headers, getaddresses([headers["from"], headers["to"], headers["cc"]]), [], [], [])
    for part in letter.walk():
        if not part.is_multipart():
            _read_part(part, found)
    return found


def _read_part(part: Message, found: PlainLetter) -> None:
    content_type, filename = part.get_content_type(), part.get_filename()
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    if filename or content_type not in ("text/plain", "text/html"):
        found.files.append((filename, content_type, len(content), hashlib.sha256(content).hexdigest()))
    else:
        texts = found.texts if content_type == "text/plain" else found.pages
        texts.append(_text(content, part.get_content_charset()))


def _decoded(value: object) -> str:
    text = "" if value is None else str(value)
    if "=?" not in text:
        return text
    words = decode_header(text)
    return "".join(_text(word, charset) if isinstance(word, bytes) else word for word, charset in words)


def _text(content: bytes, charset: str | None) -> str:
    for name in (charset or "utf-8", "utf-8", "cp1252"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")
