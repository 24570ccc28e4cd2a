"""Letters that no person wrote to us: answers of programs, reports, mailing lists (RFC 3834, RFC 2919).

Nothing comes about by them, neither a card nor a notice: or two programs that answer each other would never end.
"""

from __future__ import annotations

import re

from mailkit.types import ParsedMessage

_BULK = frozenset(["bulk", "list", "junk", "auto_reply", "auto-reply"])
# What programs that know no RFC 3834 write into their answers: those of Lotus, Communigate and FirstClass among others.
_MARKS = (
    "list-id",
    "x-autoreply",
    "x-autoreply-from",
    "x-autorespond",
    "x-fc-machinegenerated",
    "x-loop",
    "x-mail-autoreply",
)
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
        headers.get("auto-submitted", "no").partition(";")[0].strip().lower() not in ("no", "")
        or headers.get("precedence", "").strip().lower() in _BULK
        or any(headers.get(name) for name in _MARKS)
        or headers.get("return-path", "").strip() == "<>"
        or headers.get("content-type", "").strip().lower().startswith("multipart/report")
    )


def has_unread_sender(parsed: ParsedMessage) -> bool:
    """By its name: nobody stands behind it, though who else takes part may be a person."""
    local = parsed.sender.email.rpartition("@")[0].lower() if parsed.sender else ""
    return bool(_UNREAD.fullmatch(local))
