"""Letters that no person wrote to us: answers of programs, reports, mailing lists (RFC 3834, RFC 2919).

Nothing comes about by them, neither a card nor a notice: or two programs that answer each other would never end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailkit.types import ParsedMessage

_ANSWERS = frozenset(["auto_reply", "auto-reply"])
_BULK = frozenset(["bulk", "list", "junk"]) | _ANSWERS
_WORD = re.compile(r"[\w-]+")
# What programs that know no RFC 3834 write into their answers: those of Lotus, Communigate and FirstClass among others.
_ANSWERING_MARKS = (
    "x-autoreply",
    "x-autoreply-from",
    "x-autorespond",
    "x-fc-machinegenerated",
    "x-mail-autoreply",
)
_MARKS = ("list-id", *_ANSWERING_MARKS, "x-loop")
_DAEMONS = r"mailer-?daemon|mail-daemon|mdaemon|postmaster|bounces?"
# "Do not answer" in English, French, Spanish, German, Italian and Portuguese.
_NO_REPLY = "|".join(
    phrase.replace("-", "[-._]?")
    for phrase in (
        "(?:no|do-not|dont)-reply",
        "ne-pas-repondre",
        "no-(?:responder|responda|contestar)",
        "(?:keine-antwort|(?:bitte-)?nicht-antworten)",
        "non-rispondere",
        "nao-(?:responder|responda)",
    )
)
_UNREAD = re.compile(rf"(?:{_DAEMONS}|(?:.*[-+._])?(?:{_NO_REPLY}))(?:[-+._=].*)?")


def is_automatic(parsed: ParsedMessage) -> bool:
    """Whether a program wrote it, or it went to many, or nobody reads what would be answered."""
    return says_so(parsed) or has_unread_sender(parsed)


def says_so(parsed: ParsedMessage) -> bool:
    """Its header says that a program wrote it, or that it went to many."""
    headers = parsed.headers
    return (
        is_by_program(parsed)
        or headers.get("precedence", "").strip().lower() in _BULK
        or any(headers.get(name) for name in _MARKS)
    )


def is_automatic_reply(parsed: ParsedMessage) -> bool:
    """A program answered: whoever wrote to a person still waits for the answer. A notice that a program sent of its own
    is none of these, nor what a person writes through a mailing list.
    """
    headers = parsed.headers
    is_answering = (
        _auto_submitted(headers) == "auto-replied"
        or headers.get("precedence", "").strip().lower() in _ANSWERS
        or any(headers.get(name) for name in _ANSWERING_MARKS)
        or _reports(headers)
    )
    is_to_something = bool(parsed.in_reply_to or parsed.references)
    return is_answering or (is_to_something and (is_by_program(parsed) or has_unread_sender(parsed)))


def is_by_program(parsed: ParsedMessage) -> bool:
    """Its header says that no person wrote it, whomever it went to. A list calls bulk what its people write."""
    headers = parsed.headers
    precedence = headers.get("precedence", "").strip().lower()
    return (
        _auto_submitted(headers) not in ("no", "")
        or precedence in _ANSWERS
        or (precedence in ("bulk", "junk") and not headers.get("list-id"))
        or any(headers.get(name) for name in _ANSWERING_MARKS)
        or headers.get("return-path", "").strip() == "<>"
        or _reports(headers)
    )


def _auto_submitted(headers: Mapping[str, str]) -> str:
    """The word before comments and parameters (RFC 3834 section 5.1)."""
    said = _WORD.match(headers.get("auto-submitted", "").lower())
    return said[0] if said else ""


def _reports(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").strip().lower().startswith("multipart/report")


def has_unread_sender(parsed: ParsedMessage) -> bool:
    """By its name: nobody stands behind it, though who else takes part may be a person."""
    local = parsed.sender.email.rpartition("@")[0].lower() if parsed.sender else ""
    return bool(_UNREAD.fullmatch(local))
