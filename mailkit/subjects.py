"""Subjects: the key letters are grouped by (rule K30), and the subjects of replies and forwards."""

from __future__ import annotations

import re
import unicodedata

from mailkit.subject_prefixes import FORWARD, REPLY


def _fold(text: str) -> str:
    """NFC after case folding: folding can decompose, as it does with the Turkish İ."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


_TABLES = " ".join([*REPLY.values(), *FORWARD.values()])
_WORDS = sorted({_fold(word.replace("_", " ")) for word in _TABLES.split()}, key=len, reverse=True)
# "Re[2]:", "Re (3):", "Odp.:", "Re^2:", "RE2:", "AW :", and the wide colon of East Asian keyboards.
_PREFIX = re.compile(
    rf"(?:{'|'.join(map(re.escape, _WORDS))})"
    r"\.? ?(?:\[ ?\d{1,4} ?\]|\( ?\d{1,4} ?\)|[\^*]?\d{1,4})? ?[:：] ?"
)
# A list's tag, "[team]". With a digit it may be a ticket's number, and tickets stay apart.
_LIST_TAG = re.compile(r"\[[^\[\]\d]*\] ?")


def subject_key(subject: str) -> str:
    """What subjects are compared by (rule K30). "" and "Re:" give the same key: an empty subject is a subject."""
    folded = " ".join(_fold(subject).split())
    return folded[_skip_prefixes(folded, tags=True) :].strip()


def reply_subject(subject: str) -> str:
    """ "Re: " once, whatever prefixes the subject carried."""
    return f"Re: {bare_subject(subject)}".rstrip()


def forward_subject(subject: str) -> str:
    """ "Fwd: " once, whatever prefixes the subject carried."""
    return f"Fwd: {bare_subject(subject)}".rstrip()


def bare_subject(subject: str) -> str:
    """Its own words, as they are written: without "Re:", "Fwd:" and their kin in other languages."""
    plain = " ".join(unicodedata.normalize("NFC", subject).split())
    folded = plain.casefold()
    # Folding seldom changes lengths; where it does, the places differ and the prefix stays.
    return plain[_skip_prefixes(folded, tags=False) :] if len(folded) == len(plain) else plain


def _skip_prefixes(text: str, *, tags: bool) -> int:
    """Where the own words begin. By position, not by slicing: a megabyte of "Re:" costs one pass."""
    start = 0
    while found := _PREFIX.match(text, start) or (_LIST_TAG.match(text, start) if tags else None):
        start = found.end()
    return start
