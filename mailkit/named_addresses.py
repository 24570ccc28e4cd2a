"""Addresses, and names, that stand somewhere in a text, whole: ana@client.example is not in joana@client.example."""

from __future__ import annotations

import re
from collections.abc import Collection

# A dot and an apostrophe belong to an address only between its letters: others end a sentence, or quote.
_BEFORE = r"(?<![\w+-])(?<!\w[.'’])"
_AFTER = r"(?!\w|[.-]+\w)"


def names_one_of(text: str, addresses: Collection[str]) -> bool:
    """`addresses` are in lower case."""
    lowered = text.lower()
    there = [address for address in addresses if address in lowered]  # nearly always none
    return bool(there) and re.search(_any_of(there), lowered) is not None


def without_names(text: str, names: Collection[str]) -> str:
    """The text with "…" in the place of these addresses or names of people, whatever their case."""
    return re.sub(_any_of(names), "…", text, flags=re.IGNORECASE) if names else text


def _any_of(names: Collection[str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return f"{_BEFORE}(?:{'|'.join(map(re.escape, longest_first))}){_AFTER}"
