"""What a server answers to FETCH, as values. imapclient's lexer goes through it character by character; this reader
takes the same time whatever a letter weighs, since literals are never looked at.

A line is broken by literals into pieces: text, literal, text, literal, ..., text (RFC 9051 section 4.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mailkit.errors import ProtocolViolated

MAX_DEPTH = 250  # of brackets in one answer; each part of a letter takes at most two
MAX_WORDS = 4_000_000  # in the answers to one command: flags of 500,000 letters. Two bytes may be a list, of 64
MAX_NUMBER = 2**63 - 1
_MONTHS = {name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}

# One word: a bracket, a quoted string, the announcement of a literal, the name of a section, an atom; or all the rest,
# when no word begins it. Possessive throughout: nothing is tried a second time, or a million blanks would take hours.
_WORD = re.compile(
    rb' *+(?:(?P<bracket>[()])|"(?P<quoted>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<literal>~?\{\d++\}\Z)'
    rb'|(?P<atom>BODY\[[^\]]{0,500}+\](?:<\d+>)?|[^\s()"]++)|(?P<rest>.*+))',
    re.IGNORECASE | re.DOTALL,
)
_DAY_MINUTES = 24 * 60
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_INTERNALDATE = re.compile(
    rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d):?(\d\d))?", re.IGNORECASE
)

# bytes, None for NIL, or a list of such; nested as deep as MAX_DEPTH.
Word = Any
Items = dict[bytes, Word]  # by upper-cased name


@dataclass(frozen=True, slots=True)
class FetchLine:
    """One FETCH answer as it came: whose sequence number, and the pieces after it."""

    number: int
    pieces: Sequence[bytes]


@dataclass(slots=True)
class FetchAnswers:
    """All FETCH answers of one command. Sequence numbers mean the same letters until one is expunged."""

    lines: list[FetchLine] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    _epoch: int = 0
    _words: int = 0

    def add(self, line: FetchLine) -> None:
        """Raises ProtocolViolated when these are more words than anybody asked for."""
        self._words += sum(text.count(b" ") + text.count(b"(") for text in line.pieces[::2])
        if self._words > MAX_WORDS:
            raise _violated()
        self.lines.append(line)
        self.epochs.append(self._epoch)

    def note_expunged(self) -> None:
        """From here on sequence numbers mean other letters."""
        self._epoch += 1

    def by_uid(self) -> dict[int, Items]:
        """Items by upper-cased name, for each UID. What a server tells of letters without their UID is left out:
        nobody asked, and nobody can say whose it is.
        """
        by_number: dict[tuple[int, int], Items] = {}
        for epoch, line in zip(self.epochs, self.lines, strict=True):
            by_number.setdefault((epoch, line.number), {}).update(read_items(line.pieces))
        found: dict[int, Items] = {}
        for items in by_number.values():
            if b"UID" in items:
                found.setdefault(number_of(items[b"UID"]), {}).update(items)
        return found


def read_items(pieces: Sequence[bytes]) -> Items:
    """`(NAME value NAME value)`. Raises ProtocolViolated."""
    words = read_words(pieces)
    if len(words) != 1 or not isinstance(words[0], list) or len(words[0]) % 2:
        raise _violated()
    items = iter(words[0])
    return {_name(name): value for name, value in zip(items, items, strict=True)}


def read_words(pieces: Sequence[bytes]) -> list[Word]:
    """Words and lists of words; strings of every kind are bytes. Raises ProtocolViolated."""
    nest: list[list[Word]] = [[]]
    for index in range(0, len(pieces), 2):
        _read_text(pieces[index], pieces[index + 1 : index + 2], nest)
    if len(nest) != 1:
        raise _violated()
    return nest[0]


def _read_text(text: bytes, literal: Sequence[bytes], nest: list[list[Word]]) -> None:
    """The words of one piece, and of the literal that follows it, to the innermost of the lists that are open."""
    for found in _WORD.finditer(text):  # the last is the rest: that of a sound piece is blank
        kind = found.lastgroup
        if kind == "atom":
            nest[-1].append(_atom(found["atom"]))
        elif kind == "quoted":
            nest[-1].append(_unescaped(found["quoted"]))
        elif kind == "literal":
            nest[-1].extend(literal)
        elif kind == "bracket":
            _open_or_close(nest, found["bracket"])
        elif found["rest"].strip():
            raise _violated()


def _open_or_close(nest: list[list[Word]], bracket: bytes) -> None:
    if bracket == b")":
        nest.pop()
    elif len(nest) <= MAX_DEPTH:
        inner: list[Word] = []
        nest[-1].append(inner)
        nest.append(inner)
    if not nest or len(nest) > MAX_DEPTH:
        raise _violated()


def _atom(atom: bytes) -> Word:
    return None if atom == b"NIL" or atom.upper() == b"NIL" else atom


def _unescaped(quoted: bytes) -> bytes:
    return _ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted


def number_of(word: Word) -> int:
    """A number of the protocol: digits, at most 63 bits (RFC 7162). Raises ProtocolViolated."""
    if not isinstance(word, bytes) or not word.isdigit() or len(word) > 19 or int(word) > MAX_NUMBER:
        raise _violated()
    return int(word)


def flags_of(items: Items) -> frozenset[str]:
    """FLAGS as text."""
    return frozenset(flag.decode("ascii", "replace") for flag in items.get(b"FLAGS") or () if isinstance(flag, bytes))


def received_at_of(items: Items) -> datetime:
    """INTERNALDATE in UTC. Without a readable one the letter counts as new: better seen twice than never."""
    value = items.get(b"INTERNALDATE")
    return (read_internaldate(value) if isinstance(value, bytes) else None) or datetime.now(UTC)


def read_internaldate(value: bytes) -> datetime | None:
    """`17-Jul-1996 02:44:25 -0700` in UTC; a zone that is missing or no zone counts as UTC. None when unreadable."""
    found = _INTERNALDATE.match(value)
    month = _MONTHS.get(found[2].lower()) if found else None
    if not found or not month:
        return None
    day, year, hour, minute, second = (int(found[index]) for index in (1, 3, 4, 5, 6))
    offset = int(found[8] or 0) * 60 + int(found[9] or 0)
    ahead = 0 if offset >= _DAY_MINUTES else -offset if found[7] == b"-" else offset
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        return local - timedelta(minutes=ahead) if ahead else local
    except (ValueError, OverflowError):
        return None


def read_uid_set(words: Iterable[bytes], *, up_to: int, limit: int) -> frozenset[int] | None:
    """`41,43:116` as UIDs not above `up_to`; None when there are more than `limit`. Raises ProtocolViolated."""
    uids: set[int] = set()
    named = 0  # not len(uids): a server may name the same ones again and again
    for word in words:
        for span in word.split(b","):
            first, _, last = span.partition(b":")
            low, high = sorted((number_of(first), number_of(last or first)))
            high = min(high, up_to)
            named += max(0, high - low + 1)
            if named > limit:
                return None
            uids.update(range(low, high + 1))
    return frozenset(uids)


def _name(word: Word) -> bytes:
    if not isinstance(word, bytes):
        raise _violated()
    return word.upper()


def _violated() -> ProtocolViolated:
    return ProtocolViolated("The server's answer is not IMAP", step="folders")
