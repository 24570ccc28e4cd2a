"""Files of comma separated values as people's programs write them: which letters, which delimiter, which lines.

Pure: the same bytes always give the same table, so only the bytes are kept.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, TypedDict

from django.utils.translation import gettext as _

from crm.errors import ValueRefused

MAX_BYTES = 20 * 1024 * 1024
MAX_COLUMNS = 200
MAX_ROWS = 200_000
MAX_HEADER_CHARS = 200
DELIMITERS = (",", ";", "\t", "|")
_LINES_LOOKED_AT = 20
_END = "\x1fend\x1f"
# Excel's own first line. What else stands there is no delimiter: the standard library has no reader for some.
_EXCEL_HINT = re.compile(rf"sep=([{re.escape(''.join(DELIMITERS))}])\r?\n", re.IGNORECASE)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
LETTERS_A_CUT = 10


class Format(TypedDict):
    """How the standard library is to read a file."""

    delimiter: str
    skipinitialspace: bool


class Reader(Protocol):
    """The standard library's, whose type has no name of its own."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is that of the line in the file where it begins, as a text editor counts."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was understood. `columns` are the cells of its first line."""

    text: str
    encoding: str
    delimiter: str
    columns: list[str]
    first_line: int  # the number of the line with the columns

    def lines(self) -> Iterator[Line]:
        """All lines but the first, without empty ones. Raises ValueRefused where the file is broken."""
        source = _Lines(self.text)
        reader, before = csv.reader(source, **_format(self.delimiter)), 0
        try:
            for cells in reader:
                number, before, raw = before + 1, reader.line_num, source.take()
                if raw[-1] == _END and len(raw) == 1:
                    return
                if len(raw) > 1:
                    _check_quotes(number, raw, self.delimiter)
                if number > self.first_line and any(cells):
                    yield Line(number, cells)
        except csv.Error as error:
            raise _broken(reader.line_num) from error


class _Lines:
    """The lines of a text with one more at their end, and those that the last row was made of. A quotation mark that
    nobody closed takes in the lines below it, up to the next one or to the end.
    """

    def __init__(self, text: str) -> None:
        self._lines = chain(io.StringIO(text, newline=""), [_END])
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._taken.append(line)
            yield line

    def take(self) -> list[str]:
        taken, self._taken = self._taken, []
        return taken


def _check_quotes(number: int, raw: Sequence[str], delimiter: str) -> None:
    """Of a row of several lines, which begins in the line with this number."""
    try:
        ended = raw[-1] != _END and len(list(csv.reader(raw, **_format(delimiter), strict=True))) == 1
    except csv.Error:
        ended = False
    if not ended:
        words = _("A quotation mark that opens in line %(line)d is never closed.")
        raise ValueRefused("file", words % {"line": number})


def read_table(content: bytes) -> Table:
    """Raises ValueRefused for the field "file"."""
    if len(content) > MAX_BYTES:
        words = _("The file is larger than %(most)d MB. Divide it into several.")
        raise ValueRefused("file", words % {"most": MAX_BYTES // 1024 // 1024})
    text, encoding = _decode(content)
    if "\0" in text:
        raise ValueRefused("file", _("This is no text file. Save it as CSV first."))
    hint = _EXCEL_HINT.match(text)
    delimiter = hint[1] if hint else _guess_delimiter(text)
    columns = _first_cells(text, delimiter, skip=1 if hint else 0)
    return Table(text, encoding, delimiter, columns, 2 if hint else 1)


def count_lines(table: Table) -> int:
    """Raises ValueRefused when there are none, or too many."""
    count = sum(1 for _line in table.lines())
    if not count:
        raise ValueRefused("file", _("The file has no lines below its first one, which names the columns."))
    if count > MAX_ROWS:
        words = _("The file has more than %(most)d lines. Divide it into several.")
        raise ValueRefused("file", words % {"most": MAX_ROWS})
    return count


def _decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. What is not Unicode is a Windows file: Cyrillic or Western."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        text = content.decode("utf-8-sig", "replace")
        if _is_nearly_unicode(text):
            return text, "utf-8"
        encoding = _windows_encoding(content[error.start :])
        return content.decode(encoding, "replace"), encoding


def _is_nearly_unicode(text: str) -> bool:
    """Programs that cut texts after a number of bytes cut letters in two. The others make no sense else."""
    cut = text.count("\ufffd")
    beyond = sum(map(len, _BEYOND_ASCII.findall(text))) - cut
    return beyond >= LETTERS_A_CUT * cut


def _windows_encoding(content: bytes) -> str:
    """Cyrillic words are made of letters beyond ASCII, in Western ones those stand alone between others."""
    runs = _BEYOND_ASCII.findall(content[:200_000].decode("latin-1"))
    in_words = sum(len(run) for run in runs if len(run) > 1)
    return "windows-1251" if in_words * 2 > sum(map(len, runs)) else "windows-1252"


def _guess_delimiter(text: str) -> str:
    """That which divides the first line into most cells, in doubt the one that divides the next ones so too."""
    return max(DELIMITERS, key=lambda delimiter: _score(text, delimiter))


def _score(text: str, delimiter: str) -> tuple[int, int]:
    rows = _first_rows(text, delimiter)
    widths = [len(cells) for cells in rows if cells]
    width = widths[0] if widths else 0
    return (sum(each == width for each in widths), width) if width > 1 else (0, 0)


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = _reader(text, delimiter)
    try:
        return [cells for cells, _number in zip(reader, range(_LINES_LOOKED_AT), strict=False)]
    except csv.Error:
        return []


def _first_cells(text: str, delimiter: str, *, skip: int) -> list[str]:
    reader = _reader(text, delimiter)
    try:
        rows = [cells for cells, _number in zip(reader, range(skip + 1), strict=False)] or [[]]
    except csv.Error as error:
        raise _broken(reader.line_num) from error
    columns = [cell.strip()[:MAX_HEADER_CHARS] for cell in rows[-1]]
    if not any(columns):
        raise ValueRefused("file", _("The first line of the file has to name the columns."))
    if len(columns) > MAX_COLUMNS:
        raise ValueRefused("file", _("The file has more than %(most)d columns.") % {"most": MAX_COLUMNS})
    return columns


def _reader(text: str, delimiter: str) -> Reader:
    return csv.reader(io.StringIO(text, newline=""), **_format(delimiter))


def _format(delimiter: str) -> Format:
    return {"delimiter": delimiter, "skipinitialspace": True}


def _broken(line: int) -> ValueRefused:
    return ValueRefused("file", _("The file cannot be read at line %(line)d.") % {"line": line})
