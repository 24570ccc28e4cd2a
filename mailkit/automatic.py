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
    headers = parsed.headers
    return (
        headers.get("auto-submitted", "no").partition(";")[0].strip().lower() not in ("no", "")
        or headers.get("precedence", "").strip().lower() in _BULK
        or any(headers.get(name) for name in _MARKS)
        or headers.get("return-path", "").strip() == "<>"
        or headers.get("content-type", "").strip().lower().startswith("multipart/report")
        or _is_unread(parsed)
    )


def _is_unread(parsed: ParsedMessage) -> bool:
    local = parsed.sender.email.rpartition("@")[0].lower() if parsed.sender else ""
    return bool(_UNREAD.fullmatch(local))
