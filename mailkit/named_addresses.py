"""Addresses that stand somewhere in a text, whole: ana@client.example is not in joana@client.example."""

from __future__ import annotations

import re
from collections.abc import Collection

# A dot and an apostrophe belong to an address only between its letters: others end a sentence, or quote.
_BEFORE = r"(?<![\w+-])(?<!\w[.'’])"
_AFTER = r"(?!\w|[.-]+\w)"


def names_one_of(text: str, addresses: Collection[str]) -> bool:
    """`addresses` are in lower case."""
    lowered = text.lower()
    there = [re.escape(address) for address in addresses if address in lowered]  # nearly always none
    return bool(there) and re.search(f"{_BEFORE}(?:{'|'.join(there)}){_AFTER}", lowered) is not None
