"""Headers: finding, unfolding and decoding them (RFC 5322, 2047, 2231), with a limit on everything.

Our own code, because `email.policy.default` takes seconds for a header of semicolons (python/cpython#136063), and the
tolerant compat32 leaves decoding to its caller anyway.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailkit.charsets import decode

MAX_HEAD_BYTES = 256 * 1024
MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_LINES = 1000
MAX_PARAMETERS = 100
_HEAD_END = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
# All fields of a header block at once; not for blocks in which a limit may be reached.
_FIELDS = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(r'([^\s=;"]{1,100})\s{0,50}=\s{0,50}("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SEGMENT = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one header block in their order: lower-cased name, raw value (unfolded lines still in it)."""

    fields: tuple[tuple[str, bytes], ...]
    first: Mapping[str, bytes]  # by name
    is_cut: bool = False  # a limit was reached

    def get_raw(self, name: str) -> bytes | None:
        """The first field of this name as received, None when there is none."""
        return self.first.get(name)

    def get(self, name: str, *, fallback: str = "") -> str:
        """The first field of this name, decoded and unfolded; "" when there is none."""
        raw = self.get_raw(name)
        return decode_header(raw, fallback=fallback) if raw is not None else ""


NO_HEADERS = Headers((), {})


def parse_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers of the entity at raw[start:end], and where its body begins."""
    if raw[start : min(start + 2, end)].startswith((b"\n", b"\r\n")):
        return NO_HEADERS, raw.find(b"\n", start, end) + 1
    found = _HEAD_END.search(raw, start, end)
    body_start = found.end() if found else end
    head = raw[start : min(body_start, start + MAX_HEAD_BYTES)]
    is_cut = body_start - start > MAX_HEAD_BYTES
    first_line = head[: head.find(b"\n") + 1] or head
    if not _FIELD.match(first_line) and not first_line.startswith(b"From "):
        return NO_HEADERS, start  # not a header at all: someone's program wrote the text at once
    if len(head) < MAX_HEADER_BYTES and head.count(b"\n") < MAX_HEADER_LINES:
        fields = [(name.decode("ascii").lower(), value.rstrip(b"\r\n")) for name, value in _FIELDS.findall(head)]
    else:
        fields, is_over = _unfold(head)
        is_cut = is_cut or is_over
    return Headers(tuple(fields), dict(reversed(fields)), is_cut), body_start


def header_values(head: bytes, name: str) -> list[str]:
    """The decoded values of all fields of this name in a header block."""
    headers, _ = parse_headers(head, 0, len(head))
    return [decode_header(value) for field, value in headers.fields if field == name]


def _unfold(head: bytes) -> tuple[list[tuple[str, bytes]], bool]:
    """The fields up to the limits, and whether one was reached."""
    lines = head.split(b"\n", MAX_HEADER_LINES)
    fields: list[tuple[str, bytes]] = []
    chunks: list[bytes] = []
    size = 0
    is_cut = len(lines) > MAX_HEADER_LINES

    def close() -> None:
        found = _FIELD.fullmatch(b"".join(chunks).rstrip(b"\r\n")) if chunks else None
        if found:
            fields.append((found[1].decode("ascii").lower(), found[2]))

    for line in lines[:MAX_HEADER_LINES]:
        if line[:1] not in {b" ", b"\t"}:
            close()
            chunks, size = [], 0
        size += len(line) + 1
        if size > MAX_HEADER_BYTES:
            is_cut = True
        else:
            chunks.append(line + b"\n")
    close()
    return fields, is_cut


def decode_header(value: bytes, *, fallback: str = "") -> str:
    """A header for people: charset, folding and encoded words resolved."""
    return decode_words(raw_text(value, fallback=fallback))


def raw_text(value: bytes, *, fallback: str = "") -> str:
    """A header's characters with its encoded words left as they are. `fallback` is the charset of the body."""
    if value.isascii() and b"\x1b" not in value and len(value) <= MAX_HEADER_BYTES:
        text = value.decode("ascii").replace("\0", "")
    else:
        charset = "iso-2022-jp" if b"\x1b$" in value or b"\x1b(" in value else ""
        text = decode(value[:MAX_HEADER_BYTES], charset, fallback=fallback)
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    return text.strip()


def decode_words(text: str) -> str:
    """RFC 2047. Neighbors of one charset are joined as bytes first: programs split inside characters."""
    if "=?" not in text:
        return text if text.isprintable() else _CONTROL.sub("", text)
    pieces: list[str] = []
    pending = bytearray()
    charset = ""
    place = 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[place : word.start()]
        is_apart = bool(between.strip()) or word[1].lower() != charset
        if pending and is_apart:
            pieces.append(decode(bytes(pending), charset))
            pending.clear()
        # White space between two encoded words is not text (RFC 2047 section 6.2).
        if between.strip() or not charset:
            pieces.append(between)
        charset = word[1].lower()
        pending += _word_bytes(word[2], word[3])
        place = word.end()
    if pending:
        pieces.append(decode(bytes(pending), charset))
    return _CONTROL.sub("", "".join(pieces) + text[place:])


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8")
    if encoding in "bB":
        return decode_base64(data)
    return binascii.a2b_qp(data, header=True)


def decode_base64(data: bytes) -> bytes:
    """Tolerant: characters outside the alphabet are skipped, a lost end is decoded as far as it goes."""
    padding = data.find(b"=")
    if padding < 0 or not data[padding:].strip(b"=\r\n\t "):
        try:
            return binascii.a2b_base64(data)  # as tolerant, but for "=" in the middle and a lost end
        except binascii.Error:
            pass
    return _decode_odd_base64(data)


def _decode_odd_base64(data: bytes) -> bytes:
    clean = data.translate(None, data.translate(None, BASE64_ALPHABET))
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def base64_size(data: bytes) -> int:
    """len(decode_base64(data)), which counts characters of the alphabet and nothing else."""
    count = len(data) - len(data.translate(None, BASE64_ALPHABET))
    return (count - (count % 4 == 1)) * 3 // 4


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The value before the first semicolon, lower-cased, and its parameters decoded (RFC 2231, or what is written)."""
    main, _, rest = value.partition(";")
    if not rest:
        return main.strip().lower(), {}
    plain: dict[str, str] = {}
    segments: dict[str, list[tuple[int, bool, str]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(rest)):
        if count >= MAX_PARAMETERS:
            break
        name, number, star = _name_parts(found[1].lower())
        if number is None and not star:
            plain.setdefault(name, decode_words(_unquote(found[2])))
        else:
            segments.setdefault(name, []).append((number or 0, star, _unquote(found[2])))
    # A program that writes both means the extended one; the other is for old readers.
    return main.strip().lower(), plain | {name: _join_segments(parts) for name, parts in segments.items()}


def _name_parts(name: str) -> tuple[str, int | None, bool]:
    found = _SEGMENT.fullmatch(name)
    if found is None:
        return name, None, False
    return found[1], int(found[2]) if found[2] else None, bool(found[3])


def _join_segments(parts: list[tuple[int, bool, str]]) -> str:
    parts.sort(key=lambda part: part[0])
    charset = ""
    data = bytearray()
    for index, (_, is_encoded, text) in enumerate(parts):
        value = text
        if index == 0 and is_encoded and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value) if is_encoded else value.encode("utf-8")
    return decode(bytes(data), charset)


def _unquote(value: str) -> str:
    plain = value.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        return re.sub(r"\\(.)", r"\1", plain[1:-1])
    return plain.strip('"')
