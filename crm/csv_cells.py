"""Single cells: several values in one, and texts that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

# What a spreadsheet would calculate (https://owasp.org/www-community/attacks/CSV_Injection), where a cell begins. That
# is also behind a semicolon or a line break: where a comma stands in numbers, as in Russia and Spain, spreadsheets
# divide by semicolons, and quotation marks within such a cell mean nothing to them.
_PLACE = r"(\A|[;\r\n])"
_FORMULA = r"('*)(?=[=+\-@\t\r])"
_TO_GUARD, _GUARDED = re.compile(_PLACE + _FORMULA), re.compile(f"{_PLACE}'{_FORMULA}")
_TAG = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^;,\r\n]+))')
_DIVIDES_TAGS = re.compile(r'[;,"\r\n]')


def guarded(text: str) -> str:
    """As it stands in a file: with an apostrophe in front of what a spreadsheet would calculate."""
    return _TO_GUARD.sub(r"\1'\2", text)


def unguarded(cell: str) -> str:
    """The text again."""
    return _GUARDED.sub(r"\1\2", cell)


def join_values(values: Iterable[str]) -> str:
    """Several in one cell: `a; b; "c; d"`."""
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="").writerow(list(values))
    return target.getvalue()


def split_values(cell: str) -> list[str]:
    """What `join_values` has joined, and what people write: one a line is good too."""
    lines = csv.reader(io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True)
    return [value.strip() for line in lines for value in line if value.strip()]


def split_addresses(cell: str) -> list[str]:
    """Addresses, between which commas may stand too."""
    return [one.strip() for value in split_values(cell) for one in value.split(",") if one.strip()]


def join_tags(names: Iterable[str]) -> str:
    """`a;b;"c, d"`."""
    return ";".join(_quoted(name) if _DIVIDES_TAGS.search(name) else name for name in names)


def split_tags(cell: str) -> list[str]:
    """What `join_tags` has joined; people and other programs write commas as well."""
    found = (each["plain"] or (each["quoted"] or "").replace('""', '"') for each in _TAG.finditer(cell))
    return [name for each in found if (name := " ".join(each.split()))]


def _quoted(name: str) -> str:
    inner = name.replace('"', '""')
    return f'"{inner}"'
