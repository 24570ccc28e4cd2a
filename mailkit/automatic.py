"""Letters that no person wrote to us: answers of programs, reports, mailing lists (RFC 3834, RFC 2919).

Nothing comes about by them, neither a card nor a notice: or two programs that answer each other would never end.
"""

from __future__ import annotations

import re

from mailkit.types import ParsedMessage

_BULK = frozenset(["bulk", "list", "junk", "auto_reply"])
_MARKS = ("list-id", "x-autoreply", "x-autorespond", "x-loop")
_UNREAD = re.compile(
    r"(?:mailer-?daemon|mail-daemon|mdaemon|postmaster|bounces?|(?:no|do-?not|dont)[-._]?reply)(?:[-+._=].*)?"
)


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
