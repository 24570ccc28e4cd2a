"""The tree of a letter's parts: places in the raw bytes, types and IMAP section numbers (RFC 9051 section 6.4.5).

Our own splitter: it needs no copy of the bytes, takes linear time, and stops at its limits, where the standard
library's parser ends in RecursionError.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from mailkit.mime_headers import (
    Headers,
    base64_size,
    decode_base64,
    header_values,
    parse_headers,
    parse_parameters,
    raw_text,
)

__all__ = ["MimeTree", "Part", "PartLimits", "decode_transfer", "header_values", "parse_parts", "parse_tree"]

MAX_DEPTH = 50
MAX_PARTS = 1000
MAX_TEXT_BYTES = 8 * 1024 * 1024  # of all texts of a letter, as they are encoded
MAX_KEPT_BYTES = 120
_UU = frozenset(["x-uuencode", "uuencode", "x-uue", "uue"])


@dataclass(frozen=True, slots=True)
class Part:
    """One entity of the letter; its body is raw[start:end]."""

    section: str  # "" for a multipart that is the whole letter
    head_start: int
    headers: Headers
    content_type: str
    parameters: Mapping[str, str]
    start: int
    end: int
    disposition: tuple[str, Mapping[str, str]]  # Content-Disposition and its parameters
    children: tuple[Part, ...] = ()

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    @property
    def filename(self) -> str:
        """As the sender named it, from Content-Disposition or else Content-Type."""
        return self.disposition[1].get("filename") or self.parameters.get("name") or ""

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding: "base64", "quoted-printable", "uuencode", or what is not decoded."""
        return transfer_encoding(self.headers.get("content-transfer-encoding"))

    def walk(self) -> Iterator[Part]:
        """The leaves, in their order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.walk()


class PartLimits:
    """Counts parts while a letter is split, and remembers which limits it went over."""

    def __init__(self) -> None:
        self.count = 0
        self.text_left = MAX_TEXT_BYTES
        self.defects: list[str] = []

    def note(self, defect: str) -> None:
        """Remember a defect once."""
        if defect not in self.defects:
            self.defects.append(defect)


@dataclass(frozen=True, slots=True)
class MimeTree:
    """A letter's bytes with the tree of its parts."""

    raw: bytes
    root: Part
    limits: PartLimits


def parse_tree(raw: bytes) -> MimeTree:
    """The tree of a letter. Any bytes give one."""
    limits = PartLimits()
    return MimeTree(raw, parse_parts(raw, limits), limits)


def read_part(head: bytes, section: str) -> Part:
    """A part of which the headers only are known."""
    headers, body_start = parse_headers(head, 0, len(head))
    content_type, parameters = _content_type(headers)
    disposition = _parse_parameters(headers.get_raw("content-disposition") or b"")
    return Part(section, 0, headers, content_type, parameters, body_start, len(head), disposition)


def parse_parts(raw: bytes, limits: PartLimits) -> Part:
    """The tree of the whole letter."""
    return _parse(raw, 0, len(raw), section="", depth=0, limits=limits)


def _parse(raw: bytes, start: int, end: int, *, section: str, depth: int, limits: PartLimits) -> Part:
    limits.count += 1
    headers, body_start = parse_headers(raw, start, end)
    if headers.is_cut:
        limits.note("headers_too_large")
    content_type, parameters = _content_type(headers)
    children: tuple[Part, ...] = ()
    if content_type.startswith("multipart/"):
        children = _children(raw, (body_start, end), parameters.get("boundary", ""), section, depth, limits)
        if not children:  # nothing to split by: show what is there
            limits.note("no_parts")
            content_type = "text/plain" if depth < MAX_DEPTH else "application/octet-stream"
    number = section or ("" if children else "1")
    disposition = _parse_parameters(headers.get_raw("content-disposition") or b"")
    return Part(number, start, headers, content_type, parameters, body_start, end, disposition, children)


def _children(
    raw: bytes, span: tuple[int, int], boundary: str, section: str, depth: int, limits: PartLimits
) -> tuple[Part, ...]:
    if depth >= MAX_DEPTH:
        limits.note("too_deep")
        return ()
    children: list[Part] = []
    for number, (start, end) in enumerate(_split(raw, span, boundary.encode("utf-8")), 1):
        if limits.count >= MAX_PARTS:
            limits.note("too_many_parts")
            break
        own = f"{section}.{number}" if section else str(number)
        children.append(_parse(raw, start, end, section=own, depth=depth + 1, limits=limits))
    return tuple(children)


def _split(raw: bytes, span: tuple[int, int], boundary: bytes) -> Iterator[tuple[int, int]]:
    """The places between the delimiter lines. A missing closing delimiter ends the last part at the end."""
    if not boundary:
        return
    part_start: int | None = None
    for line_start, line_end, is_closing in _delimiters(raw, span, boundary):
        if part_start is not None:
            yield part_start, max(part_start, _before_newline(raw, line_start))
        part_start = line_end
        if is_closing:
            return
    if part_start is not None:
        yield part_start, span[1]


def _delimiters(raw: bytes, span: tuple[int, int], boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """(start of the line, start of the next one, whether it is the closing one)."""
    start, end = span
    delimiter = b"--" + boundary
    place = raw.find(delimiter, start, end)
    while place >= 0:
        after = place + len(delimiter)
        newline = raw.find(b"\n", after, min(end, after + 200))
        line_end = newline + 1 if newline >= 0 else end
        rest = raw[after:line_end].rstrip() if line_end - after <= 200 else b"?"
        if (place == start or raw[place - 1 : place] == b"\n") and rest in {b"", b"--"}:
            yield place, line_end, rest == b"--"
            after = line_end
        place = raw.find(delimiter, after, end)


def _before_newline(raw: bytes, line_start: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if raw[line_start - 2 : line_start] == b"\r\n":
        return line_start - 2
    return line_start - 1


def _content_type(headers: Headers) -> tuple[str, Mapping[str, str]]:
    kind, parameters = _parse_parameters(headers.get_raw("content-type") or b"")
    if kind == "text" or kind.count("/") != 1 or not all(kind.split("/")):
        kind = "text/plain"  # RFC 2045 section 5.2, and what old programs write
    return kind, parameters


def _parse_parameters(value: bytes) -> tuple[str, Mapping[str, str]]:
    return _parse_short(value) if len(value) <= MAX_KEPT_BYTES else parse_parameters(raw_text(value))


@lru_cache(maxsize=512)
def _parse_short(value: bytes) -> tuple[str, Mapping[str, str]]:
    """The parts of all letters say the same few things of themselves."""
    kind, parameters = parse_parameters(raw_text(value))
    return kind, MappingProxyType(parameters)


def transfer_encoding(value: str) -> str:
    """The plain name of what a Content-Transfer-Encoding says."""
    name = value.partition(";")[0].strip().lower()
    return "uuencode" if name in _UU else name


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """The bytes behind a Content-Transfer-Encoding; an unknown one changes nothing."""
    name = transfer_encoding(encoding)
    if name == "base64":
        return decode_base64(body)
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    return _decode_uu(body) if name == "uuencode" else body


def decoded_size(body: bytes, encoding: str) -> int:
    """len(decode_transfer(body, encoding)), without the bytes where they can be counted."""
    return base64_size(body) if encoding == "base64" else len(decode_transfer(body, encoding))


def _decode_uu(body: bytes) -> bytes:
    lines = body.splitlines()
    first = next((index + 1 for index, line in enumerate(lines) if line.startswith(b"begin ")), 0)
    decoded = bytearray()
    for line in lines[first:]:
        if line.strip() == b"end":
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:  # trailing garbage of old encoders: the length byte says what counts
            count = ((line[0] - 32) & 63) * 4 // 3 + 5
            decoded += _uu_line(line[:count])
    return bytes(decoded)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""
