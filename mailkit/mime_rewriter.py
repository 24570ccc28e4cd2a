"""Other words in a letter that stays the same: for letters of our own making, as mime_writer writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email import charset as charsets
from email.mime.nonmultipart import MIMENonMultipart

from mailkit.mime_parts import decode_transfer, parse_tree

_UTF8 = charsets.Charset("utf-8")
_UTF8.body_encoding = charsets.QP


def rewrite_texts(raw: bytes, rewrite: Mapping[str, Callable[[str], str]]) -> bytes:
    """The letter with its texts passed through a function of their content type. What such a function leaves as it is
    keeps its bytes; files are never touched.
    """
    pieces, done = [], 0
    for part in parse_tree(raw).root.walk():
        change = rewrite.get(part.content_type)
        if change is None or part.disposition[0] or part.encoding != "quoted-printable":
            continue
        body = raw[part.start : part.end]
        text = decode_transfer(body, part.encoding).decode("utf-8", "replace").replace("\r\n", "\n")
        changed = change(text)
        if changed != text:
            pieces += [raw[done : part.start], _encode(changed)]
            done = part.end
    return b"".join([*pieces, raw[done:]])


def _encode(text: str) -> bytes:
    part = MIMENonMultipart("text", "plain", charset="utf-8")
    part.set_payload(text, _UTF8)
    return str(part.get_payload()).replace("\n", "\r\n").encode("ascii")
