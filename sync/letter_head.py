"""What a letter that cannot be read says of itself: as much as its first lines give, so that people can tell it."""

from __future__ import annotations

from dataclasses import dataclass

from mailkit.addresses import parse_address_list
from mailkit.mime_headers import Headers, parse_headers

# The reader fails on this letter, so its parts may too. Nothing of it is needed to keep the letter.
READER_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
LONGEST = 300


@dataclass(frozen=True, slots=True)
class LetterHead:
    message_id: str = ""
    from_address: str = ""
    subject: str = ""


def describe_head(raw: bytes) -> LetterHead:
    """Of the header block in `raw`; empty where it makes no sense. Raises nothing."""
    try:
        headers, _ = parse_headers(raw, 0, len(raw))
        return LetterHead(_of(headers, "message-id").strip("<>"), _sender(headers), _of(headers, "subject"))
    except READER_FAULTS:
        return LetterHead()


def _of(headers: Headers, name: str) -> str:
    return headers.get(name).strip()[:LONGEST]


def _sender(headers: Headers) -> str:
    found = parse_address_list(_of(headers, "from"))
    return found[0].email[:LONGEST] if found else ""
