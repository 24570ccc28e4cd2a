"""Prices and days as people and programs write them into a cell. What could be read in two ways is not read at all."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

MOST = 10**12
_GAP = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")  # 1 234, 1'234
_PRICE = re.compile(r"(?P<before>[^\d(]*)(?P<number>\d[\d.,]*?)[^\d()]*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,2})?|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?")
_PLAIN = re.compile(r"(\d+)(?:[.,](\d{1,2})0*)?")
_DIVIDES = re.compile(r"[.,](?=\d{3})")
_MINUS = ("-", "\N{MINUS SIGN}")
_TIME = re.compile(r"[T\s]\s*\d{1,2}:\d\d.*", re.DOTALL)
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y")


def price_of(cell: str) -> Decimal | None:
    """ "1,234.50 €", "1 234,5", "-$5": a price has two decimals at most, so what three digits follow divides thousands,
    unless it could not: "1000.000" is a thousand.
    """
    found = _PRICE.fullmatch(_GAP.sub("", cell))
    amount = _amount(found["number"]) if found else None
    if found is None or amount is None or amount >= MOST:
        return None
    return -amount if any(sign in found["before"] for sign in _MINUS) else amount


def _amount(number: str) -> Decimal | None:
    if _GROUPED.fullmatch(number):
        return Decimal(_DIVIDES.sub("", number).replace(",", "."))
    plain = _PLAIN.fullmatch(number)
    return Decimal(f"{plain[1]}.{plain[2] or 0}") if plain else None


def date_of(cell: str) -> date | None:
    """2026-11-22, 2026/11/22 and 22.11.2026, with a time or not. Which is the month of 01/02/2026 nobody can say."""
    day = _TIME.sub("", cell.strip(), count=1)
    for form in _DAYS:
        try:
            return datetime.strptime(day, form).date()  # noqa: DTZ007  (a day, of no zone)
        except ValueError:
            continue
    return None
