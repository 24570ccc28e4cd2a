"""Telling ordinary HTML, which any parser reads quickly and as it was meant, from what needs html_limits first.

One search finds all tags, and then each different one is looked at once: letters repeat a few tags many times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailkit.html_limits import FORMATTING, RAW_TEXT, RENAMED, cap_html

MAX_CHARS = 128 * 1024
MAX_TAGS = 2000  # so no deeper than that either: parsers take 20 ms for it
MAX_REFERENCES = 5000
# A parser may repeat all open formatting elements in each block that follows.
MAX_REPETITIONS = 400_000
MAX_ATTRIBUTES = 64
_DROPPED = "|".join(sorted(RAW_TEXT))
# A token of the HTML standard from its "<" to its ">", when the one before it has ended. What is odd is cut short, or
# too long, and then is no _SOUND one.
_TOKEN = re.compile(
    rf"<(!--(?!-?>)(?:[^-]++|-(?!-!?>))*+--"
    rf"|(?:{_DROPPED}|{_DROPPED.upper()})(?![^\s>])[^>]*+>[^<]*+</[a-zA-Z]*+"
    rf"|[^>]*+)>"
)
_ATTRIBUTES = rf"""(?:\s++[^\s/"'<=]++(?:=(?:"[^"]*+"|'[^']*+'|[^\s"'<=`]++))?+){{0,{MAX_ATTRIBUTES}}}+\s*+"""
_NAME = r"[a-z][^\s/<]{0,60}+"
_SOUND = re.compile(
    rf"/{_NAME}\s*+"
    rf"|(?!(?:{_DROPPED}|{'|'.join(sorted(RENAMED))})(?![^\s/])){_NAME}{_ATTRIBUTES}/?"
    rf"|({_DROPPED}){_ATTRIBUTES}>[^<]*+</\1"
    r"|!--.*--"
    r"|[!?](?!--).*+",
    re.IGNORECASE | re.DOTALL,
)
_FORMATTING = re.compile(rf"(?:{'|'.join(sorted(FORMATTING))})(?![^\s/])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TameHtml:
    """HTML that any parser reads in linear time."""

    html: str
    is_ordinary: bool  # it is as it came; else what html_limits made of it, with every tag closed


@lru_cache(maxsize=1)  # of a letter without plain text, the cleaner and the reader of its words want the same
def tame_html(html: str) -> TameHtml:
    """Nothing is lost that a person could read, up to MAX_HTML_CHARS."""
    return TameHtml(html, is_ordinary=True) if is_ordinary(html) else TameHtml(cap_html(html), is_ordinary=False)


def is_ordinary(html: str) -> bool:
    """Whether a parser takes this as it stands: every tag sound, none special, not many of anything."""
    if len(html) > MAX_CHARS or "\0" in html or html.count("&") > MAX_REFERENCES or html.rfind("<") > html.rfind(">"):
        return False
    tokens = _TOKEN.findall(html)
    if len(tokens) > MAX_TAGS or not all(map(_SOUND.fullmatch, set(tokens))):
        return False
    if len(tokens) ** 2 <= MAX_REPETITIONS:
        return True
    return len(tokens) * sum(1 for token in tokens if _FORMATTING.match(token)) <= MAX_REPETITIONS
