"""mbox files in the variant "mboxrd": a line of a letter that begins with "From ", or with ">" before it, gets one ">"
more, so that what is written is read again (RFC 4155, appendix A, on the family).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

LINE_BYTES = 64 * 1024  # read at once: no line has to fit into memory
# With a time: programs that quote nothing write "From " at the beginning of a line of text, too.
_SEPARATOR = re.compile(rb"From .*\d\d:\d\d")
# Thunderbird leaves out who and when: only the line below tells it from a text.
_BARE_SEPARATOR = re.compile(rb"From (?:-\s*)?\r?\n")
_BEGINS_HEADER = re.compile(rb"[!-9;-~]{1,70}:")
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_QUOTED = re.compile(rb">+From ")
# ImportExportTools NG writes its own separator, and the one of Thunderbird, quoted, below it.
_SECOND_SEPARATOR = re.compile(rb">?From (?:- |.*\d\d:\d\d|\r?\n)")
_DATE = re.compile(rb"(\w{3} +\d{1,2} \d\d:\d\d:\d\d)(?: [+-]\d{4})? (\d{4})")


@dataclass(frozen=True, slots=True)
class MboxLetter:
    """A letter of a file; `end` is where the next one begins. One that is too large is cut, to be told apart."""

    raw: bytes = field(repr=False)
    received_at: datetime | None  # of the separator line; None of a file that is one letter, and when it makes no sense
    end: int
    is_cut: bool = False


def build_entry(raw: bytes, *, sender: str, received_at: datetime) -> Iterator[bytes]:
    """The bytes of one letter in an mbox file: with its separator before it, and an empty line after it."""
    who = "".join(sender.split()) or "MAILER-DAEMON"
    yield f"From {who} {received_at.astimezone(UTC):%a %b %d %H:%M:%S %Y}\n".encode()
    text = _TO_QUOTE.sub(rb">\1", raw.replace(b"\r\n", b"\n"))
    yield text
    yield b"\n" if text.endswith(b"\n") else b"\n\n"


def read_letters(file: IO[bytes], *, start: int = 0, most_bytes: int) -> Iterator[MboxLetter]:
    """The letters from `start` on, which is 0 or the `end` of another. What does not begin as an mbox file is one
    letter as a whole. In memory is one letter, and of that `most_bytes` at most."""
    file.seek(start)
    entry = _Entry(start, most_bytes)
    is_mbox, is_line_start, is_after_blank = start > 0, True, True
    while line := file.readline(LINE_BYTES):
        is_separator = is_line_start and is_after_blank and _separates(line, file)
        if is_separator and (is_mbox or entry.is_blank):
            if is_mbox and not entry.is_blank:
                yield entry.finish(is_mbox=True)
            is_mbox = True
            entry = _Entry(entry.end, most_bytes, separator=line)
        else:
            entry.add(line, unquotes=is_mbox and is_line_start)
        is_after_blank = line in (b"\n", b"\r\n") if is_line_start else False
        is_line_start = line.endswith(b"\n")
    if not entry.is_blank:
        yield entry.finish(is_mbox=is_mbox)


def begins_letters(beginning: bytes) -> bool:
    """Whether what begins so may be a letter or an mbox file: by its first line with something in it."""
    file = io.BytesIO(beginning)
    while line := file.readline():
        if line.strip():
            return _BEGINS_HEADER.match(line) is not None or _separates(line, file)
    return False


def _separates(line: bytes, file: IO[bytes]) -> bool:
    """Whether this line, which was the last one read of the file, begins a letter."""
    if _SEPARATOR.match(line):
        return True
    return _BARE_SEPARATOR.fullmatch(line) is not None and _BEGINS_HEADER.match(_line_ahead(file)) is not None


def _line_ahead(file: IO[bytes]) -> bytes:
    place = file.tell()
    line = file.readline(LINE_BYTES)
    file.seek(place)
    return line


class _Entry:
    """A letter that is being read."""

    def __init__(self, start: int, most_bytes: int, *, separator: bytes = b"") -> None:
        self.end = start + len(separator)
        self.is_blank = True
        self._separator = separator
        self._most_bytes = most_bytes
        self._kept: list[bytes] = []
        self._size = 0

    def add(self, line: bytes, *, unquotes: bool) -> None:
        self.end += len(line)
        self.is_blank = self.is_blank and (not line.strip() or self._is_separated_twice(line))
        if self.is_blank:
            return
        self._size += len(line)
        if self._size <= self._most_bytes:
            self._kept.append(line[1:] if unquotes and _QUOTED.match(line) else line)

    def _is_separated_twice(self, line: bytes) -> bool:
        return bool(self._separator) and _SECOND_SEPARATOR.match(line) is not None

    def finish(self, *, is_mbox: bool) -> MboxLetter:
        raw = b"".join(self._kept)
        if is_mbox:
            raw = _as_sent(raw)
        return MboxLetter(raw, _date_in(self._separator), self.end, is_cut=self._size > self._most_bytes)


def _as_sent(text: bytes) -> bytes:
    """Without the empty line that separates, and with the line ends that mail has (RFC 5322 section 2.1)."""
    for blank in (b"\r\n\r\n", b"\n\n"):
        if text.endswith(blank):
            text = text[: -len(blank) // 2]
            break
    return text if b"\r\n" in text else text.replace(b"\n", b"\r\n")


def _date_in(separator: bytes) -> datetime | None:
    found = _DATE.search(separator)
    if found is None:
        return None
    try:
        return datetime.strptime(b" ".join(found.groups()).decode(), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
