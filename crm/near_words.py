"""Words that were meant: a typing error away from what stands there. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

MAX_CHARS = 40  # longer ones are no names, and comparing takes their square
MAX_WORDS = 50  # of a text
MIN_CHARS = 4  # of shorter words every other one is near
NEARNESS = 0.75  # "pertova" and "Petrova" have 0.86, "anan" and "anna" 0.75
NEARLY = {"pg_trgm.word_similarity_threshold": "0.3"}  # PostgreSQL's part: which words are looked at at all
LOOKED_AT = 5000  # texts, where that many have a little of the word: 100,000 of them would take a second
CANDIDATES = 50
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Lower-cased; what joins the words of names and addresses is no part of them."""
    return _WORD.findall(text.lower())


def is_near(word: str, text: str) -> bool:
    """Whether a word of the text is this one but for a letter or two."""
    return MIN_CHARS <= len(word) <= MAX_CHARS and any(
        SequenceMatcher(None, word, other, autojunk=False).ratio() >= NEARNESS
        for other in words_of(text)[:MAX_WORDS]
        if len(other) <= MAX_CHARS
    )


def are_near(words: Sequence[str], text: str) -> bool:
    """Whether the text has each of them, exactly from a word's beginning or nearly."""
    present = words_of(text)
    return all(any(other.startswith(word) for other in present) or is_near(word, text) for word in words)
