"""Bytes of a letter to ParsedMessage: tolerant, limited, never raising on odd mail; what was odd stands in `defects`.

It builds on charsets (bytes to text), mime_headers (fields and their encodings), mime_parts (the tree and its section
numbers) and mime_text (flowed text, HTML to text).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html import escape
from types import MappingProxyType

from mailkit.addresses import parse_address_list
from mailkit.charsets import decode
from mailkit.mime_headers import Headers, decode_words, parse_headers, raw_text
from mailkit.mime_parts import MimeTree, Part, PartLimits, decode_transfer, decoded_size, parse_tree
from mailkit.mime_streams import decode_stream
from mailkit.mime_text import html_to_text, unflow
from mailkit.types import Address, AttachmentPart, ParsedMessage

READER_VERSION = 1  # raised when a letter that could not be read may be read now
INCOMPLETE = "X-CRM-Mail-Incomplete"  # a header of ours: what follows is less than what was received
TEXT_CUT = "text_too_long"  # a defect: texts are missing
COUNTED_BYTES = 8 * 1024 * 1024  # of a file at once, to know its size
MAX_SUBJECT_CHARS = 2000
MAX_REFERENCES = 100
MAX_KEPT_CHARS = 300
MAX_ID_BYTES = 998  # a line (RFC 5322 section 2.1.1), and below what an index of the database takes
_IDENTITY_FIELDS = ("message-id", "date", "from", "subject")
_KEPT_WORDS = (
    "auto-submitted precedence list-id list-unsubscribe list-unsubscribe-post return-path delivered-to x-original-to "
    "x-original-from x-auto-response-suppress x-autoreply x-autorespond content-type authentication-results x-loop "
    "x-autoreply-from x-fc-machinegenerated x-mail-autoreply"
)
_KEPT_HEADERS = _KEPT_WORDS.split()
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEARS = range(1900, 9000)  # the first and the last moments of all time are none in other time zones
_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{{1,2}}) ({'|'.join(_MONTHS)}) ([12]\d{{3}}) (\d\d):(\d\d):(\d\d)"
    r" ([+-])([01]\d)([0-5]\d)(?: \([A-Z]{1,5}\))?",
    re.ASCII,
)
_ID = re.compile(r"<([^<>\s]{1,998})>")
_MARKER = re.compile(rb"\s*\[attachment left on the mail server: (\d{1,12}) bytes\]\s*")
# Parts of multipart/alternative that only programs read.
_FOR_MACHINES = frozenset(["text/x-amp-html", "text/watch-html", "text/enriched", "text/x-web-intelligent"])

_CALENDARS = frozenset(["text/calendar", "application/ics", "text/x-vcalendar"])


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the letter's text, in one form or in both."""

    text: str | None = None
    html: str | None = None


def parse_message(raw: bytes) -> ParsedMessage:
    """What a letter says. Any bytes give a message."""
    return read_tree(parse_tree(raw), size=len(raw))


def read_tree(tree: MimeTree, *, size: int) -> ParsedMessage:
    """What a letter says whose tree is built. `size` is that of the whole letter, which may have left files behind."""
    raw, root, limits = tree.raw, tree.root, tree.limits
    headers = root.headers
    fallback = _body_charset(root)
    attachments: list[Part] = []
    text, html = _join(_pieces(raw, root, attachments, limits))
    if headers.get_raw(INCOMPLETE.lower()) is not None:
        limits.note(TEXT_CUT)
    senders = _addresses(headers, "from", fallback)
    return ParsedMessage(
        message_id=_first_id(headers.get("message-id")),
        in_reply_to=_first_id(headers.get("in-reply-to")),
        references=tuple(map(_short_id, _ID.findall(headers.get("references"))[-MAX_REFERENCES:])),
        subject=headers.get("subject", fallback=fallback)[:MAX_SUBJECT_CHARS],
        sender=senders[0] if senders else None,
        reply_to=_addresses(headers, "reply-to", fallback),
        to=_addresses(headers, "to", fallback),
        cc=_addresses(headers, "cc", fallback),
        bcc=_addresses(headers, "bcc", fallback),
        sent_at=_parse_date(headers.get("date"), limits),
        text=text,
        html=html,
        attachments=tuple(_attachment(raw, part, html) for part in attachments),
        headers=MappingProxyType({name: headers.get(name)[:998] for name in _KEPT_HEADERS if headers.get_raw(name)}),
        size=size,
        identity=_identity(headers, size),
        defects=tuple(limits.defects),
    )


def identity_of(head: bytes, size: int) -> bytes:
    """What makes a letter the same letter wherever it lies: SHA-256 of Message-ID, Date, From and Subject as received.

    `head` is the header block (or the whole letter), `size` that of the whole letter, which counts only when there is
    no Message-ID. Folding does not count: servers fold anew.
    """
    headers, _ = parse_headers(head, 0, len(head))
    return _identity(headers, size)


def strip_attachments(raw: bytes) -> bytes:
    """The letter with a marker line in the place of each attachment's bytes (rule K62).

    Structure, headers and texts stay, so that parse_message gives the same message, sizes of attachments included.
    """
    return strip_tree(parse_tree(raw))


def strip_tree(tree: MimeTree) -> bytes:
    """strip_attachments of a letter whose tree is built."""
    raw = tree.raw
    kept: list[bytes] = []
    place = 0
    for part in tree.root.walk():
        if is_attachment(part):
            kept += [raw[place : part.start], attachment_marker(_size(raw, part))]
            place = part.end
    return b"".join([*kept, raw[place:]])


def attachment_marker(size: int) -> bytes:
    """What stands for the bytes of a file, whose decoded size it tells."""
    return b"[attachment left on the mail server: %d bytes]" % size


def _identity(headers: Headers, size: int) -> bytes:
    digest = hashlib.sha256()
    for name in _IDENTITY_FIELDS:
        value = b" ".join((headers.get_raw(name) or b"").split())
        digest.update(b"%d:%s" % (len(value), value))  # with its length: no value can pose as two
    if not (headers.get_raw("message-id") or b"").strip():
        digest.update(b"%d" % size)
    return digest.digest()


def _pieces(raw: bytes, part: Part, attachments: list[Part], limits: PartLimits) -> list[_Piece]:
    """The texts of a part and those inside it; what is no text is added to `attachments`."""
    if not part.children:
        return _leaf(raw, part, attachments, limits)
    inside = [_pieces(raw, child, attachments, limits) for child in part.children]
    if part.content_type == "multipart/alternative":
        return [_alternative(inside)]
    return [piece for pieces in inside for piece in pieces]


def _leaf(raw: bytes, part: Part, attachments: list[Part], limits: PartLimits) -> list[_Piece]:
    if is_attachment(part):
        if is_listed(part):
            attachments.append(part)
        return []
    end = min(part.end, part.start + limits.text_left)
    limits.text_left -= end - part.start
    if end < part.end:
        limits.note(TEXT_CUT)
    text = decode(decode_transfer(raw[part.start : end], part.encoding), part.parameters.get("charset", ""))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type == "text/html":
        return [_Piece(html=text)]
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, is_delsp=part.parameters.get("delsp", "").lower() == "yes")
    return [_Piece(text=text)]


def _alternative(children: list[list[_Piece]]) -> _Piece:
    """One text in two forms: the first child with plain text, and the last with HTML (RFC 2046 section 5.1.4)."""
    plain = next((pieces for pieces in children if any(piece.text for piece in pieces)), [])
    rich = next((pieces for pieces in reversed(children) if any(piece.html for piece in pieces)), [])
    return _Piece(
        text="\n".join(piece.text for piece in plain if piece.text) if plain else None,
        html="\n".join(_as_html(piece) for piece in rich) if rich else None,
    )


def _join(pieces: list[_Piece]) -> tuple[str, str]:
    """(text, html) of the whole letter; html is "" when no piece has any."""
    pieces = [piece for piece in pieces if piece.text is not None or piece.html is not None]
    text = "\n".join(piece.text if piece.text is not None else html_to_text(piece.html or "") for piece in pieces)
    is_rich = any(piece.html is not None for piece in pieces)
    return text.strip("\n"), "\n".join(_as_html(piece) for piece in pieces) if is_rich else ""


def _as_html(piece: _Piece) -> str:
    if piece.html is not None:
        return piece.html
    return f'<div style="white-space: pre-wrap">{escape(piece.text or "")}</div>'


def is_attachment(part: Part) -> bool:
    """Whether a leaf is shown as a file and not as text."""
    if part.content_type not in {"text/plain", "text/html"}:
        return True
    kind, parameters = part.disposition
    return kind == "attachment" or "filename" in parameters or bool(part.parameters.get("name") and kind != "inline")


def is_listed(part: Part) -> bool:
    """Whether people see this attachment."""
    return part.content_type not in _FOR_MACHINES or bool(part.filename)


def is_calendar(content_type: str, filename: str) -> bool:
    """Whether a part brings events (RFC 6047). Some programs send them as a file only."""
    return content_type in _CALENDARS or filename.lower().endswith(".ics")


def _attachment(raw: bytes, part: Part, html: str) -> AttachmentPart:
    content_id = part.headers.get("content-id").strip().strip("<>")[:500]
    is_shown = bool(content_id) and f"cid:{content_id}" in html
    return AttachmentPart(
        section=part.section,
        filename=_safe_filename(part),
        content_type=part.content_type[:255],
        size=_size(raw, part),
        content_id=content_id,
        is_inline=is_shown,
    )


def is_marker(raw: bytes, part: Part) -> bool:
    """Whether the bytes of this file were left on the mail server."""
    return _MARKER.fullmatch(raw, part.start, part.end) is not None


def _size(raw: bytes, part: Part) -> int:
    marker = _MARKER.fullmatch(raw, part.start, part.end)
    if marker:
        return int(marker[1])
    if part.end - part.start <= COUNTED_BYTES:
        return decoded_size(raw[part.start : part.end], part.encoding)
    starts = range(part.start, part.end, COUNTED_BYTES)
    chunks = (raw[start : min(start + COUNTED_BYTES, part.end)] for start in starts)
    return sum(map(len, decode_stream(chunks, part.encoding)))


_NAMES = {"text/calendar": "invite.ics", "message/rfc822": "message.eml", "application/ms-tnef": "winmail.dat"}


def _safe_filename(part: Part) -> str:
    """The sender's name of the file, without path and without characters that hide what it is; never empty."""
    name = re.split(r"[/\\]", part.filename)[-1]
    name = "".join(char for char in name if char.isprintable()).strip(" .")  # bidi overrides are not printable
    if len(name) > 200:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:180]}.{ending[:19]}" if dot else name[:200]
    return name or _NAMES.get(part.content_type) or f"attachment-{part.section}"


def _body_charset(root: Part) -> str:
    """The charset of the first text, which is often that of headers with raw 8-bit characters too."""
    return next((part.parameters["charset"] for part in root.walk() if part.parameters.get("charset")), "")


def _addresses(headers: Headers, name: str, fallback: str) -> tuple[Address, ...]:
    if name not in headers.first:
        return ()
    value = ", ".join(raw_text(raw, fallback=fallback) for field, raw in headers.fields if field == name)
    return _read_short_list(value) if len(value) <= MAX_KEPT_CHARS else _read_list(value)


def _read_list(value: str) -> tuple[Address, ...]:
    """Structure first, then the encoded words: a comma inside an encoded name separates nothing."""
    found = parse_address_list(value) or parse_address_list(decode_words(value))
    return tuple(Address(email=address.email, name=decode_words(address.name)) for address in found)


# In a mailbox the same people write to each other.
_read_short_list = lru_cache(maxsize=2048)(_read_list)


def _first_id(value: str) -> str:
    found = _ID.search(value)
    if found:
        return _short_id(found[1])
    words = value.strip().strip("<>").split()
    return _short_id(words[0]) if words else ""


def _short_id(value: str) -> str:
    """The same of an id wherever it stands, so that answers find what they answer."""
    return value.encode("utf-8", "ignore")[:MAX_ID_BYTES].decode("utf-8", "ignore")


def _parse_date(value: str, limits: PartLimits) -> datetime | None:
    if not value:
        limits.note("no_date")
        return None
    try:
        sent_at = _parse_plain_date(value) or _parse_odd_date(value[:200])
    except (ValueError, TypeError, OverflowError, IndexError):
        sent_at = None
    if sent_at is None or sent_at.year not in YEARS:
        limits.note("bad_date")
        return None
    return sent_at


def _parse_plain_date(value: str) -> datetime | None:
    """As RFC 5322 section 3.3 wants it, None when it is written otherwise."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    day, year, hour, minute, second = map(int, found.group(1, 3, 4, 5, 6))
    offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
    local = datetime(year, _MONTHS.index(found[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    return local + offset if found[7] == "-" else local - offset


def _parse_odd_date(value: str) -> datetime:
    sent_at = parsedate_to_datetime(value)
    # No zone ("-0000") means UTC (RFC 5322 section 3.3).
    return sent_at.replace(tzinfo=UTC) if sent_at.tzinfo is None else sent_at.astimezone(UTC)
