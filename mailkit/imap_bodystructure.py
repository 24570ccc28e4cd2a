"""BODYSTRUCTURE as a tree of parts (RFC 9051 section 7.5.2), from words that imap_fetch has read.

Servers leave fields out, send NIL where a string must be, and add what no RFC knows; what is missing stays empty here.
What is no structure at all raises ProtocolViolated: a letter can be read without its structure, not with a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailkit.errors import ProtocolViolated
from mailkit.imap_fetch import Word
from mailkit.mime_headers import parse_parameters
from mailkit.types import RemotePart

MAX_PARTS = 1000
MAX_DEPTH = 50
_MESSAGE_TYPES = {"message/rfc822", "message/global"}


def read_structure(words: Word) -> RemotePart:
    """The tree of the whole letter. Raises ProtocolViolated."""
    return _Reader().read(words, section="", depth=0)


class _Reader:
    """Counts the parts of one letter."""

    def __init__(self) -> None:
        self._count = 0

    def read(self, words: Word, *, section: str, depth: int) -> RemotePart:
        self._count += 1
        if not isinstance(words, list) or not words or depth > MAX_DEPTH or self._count > MAX_PARTS:
            raise _violated()
        if isinstance(words[0], list):
            return self._multipart(words, section=section, depth=depth)
        return self._single(words, section=section or "1", depth=depth)

    def _multipart(self, words: list[Word], *, section: str, depth: int) -> RemotePart:
        # The parts stand first, one list each; then the subtype, and what RFC 3501 calls extension data.
        count = next((index for index, word in enumerate(words) if not isinstance(word, list)), len(words))
        children = tuple(
            self.read(word, section=f"{section}.{number}" if section else str(number), depth=depth + 1)
            for number, word in enumerate(words[:count], 1)
        )
        disposition, disposition_parameters = _disposition(_at(words, count + 2))
        return RemotePart(
            section=section,
            content_type=f"multipart/{_lower(_at(words, count)) or 'mixed'}",
            parameters=_parameters(_at(words, count + 1)),
            disposition=disposition,
            disposition_parameters=disposition_parameters,
            children=children,
        )

    def _single(self, words: list[Word], *, section: str, depth: int) -> RemotePart:
        if not isinstance(words[0], bytes):
            raise _violated()
        content_type = f"{_lower(words[0]) or 'text'}/{_lower(_at(words, 1)) or 'plain'}"
        # Exim and old Exchange send "message/rfc822" without the letter's own fields when it is damaged.
        inside = _at(words, 8) if content_type in _MESSAGE_TYPES else None
        children = (self._inside(inside, section=section, depth=depth),) if isinstance(inside, list) and inside else ()
        disposition, disposition_parameters = _find_disposition(words, content_type, has_letter=bool(children))
        return RemotePart(
            section=section,
            content_type=content_type,
            parameters=_parameters(_at(words, 2)),
            encoding=_lower(_at(words, 5)),
            size=_size(_at(words, 6)),
            disposition=disposition,
            disposition_parameters=disposition_parameters,
            content_id=_text(_at(words, 3)).strip().strip("<>"),
            children=children,
        )

    def _inside(self, words: list[Word], *, section: str, depth: int) -> RemotePart:
        """The letter inside message/rfc822: a multipart shares its section, a single part is number 1 below it."""
        is_multipart = isinstance(words[0], list)
        return self.read(words, section=section if is_multipart else f"{section}.1", depth=depth + 1)


def _find_disposition(words: list[Word], content_type: str, *, has_letter: bool) -> tuple[str, Mapping[str, str]]:
    """After the MD5, which stands after the fields that the type has: lines of a text; envelope, structure and lines
    of a letter. Servers differ in leaving those out, so the place is looked for instead of counted.
    """
    first = 10 if has_letter else 7
    return next(
        (_disposition(word) for word in words[first:] if _is_disposition(word)),
        ("", {}),
    )


def _is_disposition(word: Word) -> bool:
    first = word[0] if isinstance(word, list) and word else word
    return isinstance(first, bytes) and first.split(b";")[0].strip().lower() in {b"attachment", b"inline"}


def _disposition(word: Word) -> tuple[str, Mapping[str, str]]:
    if isinstance(word, bytes):  # pymap sends the header's whole value
        return parse_parameters(_text(word))
    if not isinstance(word, list) or not word:
        return "", {}
    return _lower(word[0]), _parameters(_at(word, 1))


def _parameters(words: Word) -> dict[str, str]:
    if not isinstance(words, list):
        return {}
    pairs = zip(words[::2], words[1::2], strict=False)
    return {_lower(name): _text(value) for name, value in pairs if isinstance(name, bytes)}


def _at(words: list[Word], index: int) -> Word:
    return words[index] if index < len(words) else None


def _text(word: Word) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else ""


def _lower(word: Word) -> str:
    return _text(word).strip().lower()


def _size(word: Word) -> int:
    return int(word) if isinstance(word, bytes) and word.isdigit() and len(word) < 19 else 0


def _violated() -> ProtocolViolated:
    return ProtocolViolated("The server's answer is no structure of a letter", step="folders")
