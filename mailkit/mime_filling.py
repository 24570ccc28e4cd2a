"""Files put back into a letter that was kept without them (rule K62): the inverse of mime_reader.strip_attachments."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Mapping

from mailkit.mime_parts import Part, parse_tree
from mailkit.mime_reader import is_attachment, is_marker

_LINE_END = re.compile(rb"\r?\n")
_UU_LINE = 45


def fill_files(raw: bytes, files: Mapping[str, bytes]) -> bytes:
    """The letter with the bytes of these files, by section, where their markers stand. Others keep their markers."""
    kept: list[bytes] = []
    place = 0
    for part in parse_tree(raw).root.walk():
        if part.section in files and is_attachment(part) and is_marker(raw, part):
            kept += [raw[place : part.start], _encoded(part, files[part.section])]
            place = part.end
    return b"".join([*kept, raw[place:]])


def missing_files(raw: bytes) -> frozenset[str]:
    """The sections of the files that a letter was kept without."""
    return frozenset(part.section for part in parse_tree(raw).root.walk() if is_marker(raw, part))


def _encoded(part: Part, content: bytes) -> bytes:
    """As the header of the part says that it is."""
    match part.encoding:
        case "base64":
            return _LINE_END.sub(b"\r\n", base64.encodebytes(content).rstrip(b"\n"))
        case "quoted-printable":
            return _LINE_END.sub(b"\r\n", quopri.encodestring(content))
        case "uuencode" | "x-uuencode" | "uue" | "x-uue":
            return b"\r\n".join(_uu_lines(content))
    return content


def _uu_lines(content: bytes) -> Iterator[bytes]:
    yield b"begin 644 file"
    for start in range(0, len(content), _UU_LINE):
        yield binascii.b2a_uu(content[start : start + _UU_LINE]).rstrip(b"\n")
    yield b"`"
    yield b"end"
