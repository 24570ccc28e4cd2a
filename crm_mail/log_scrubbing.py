"""The last look at a log line: what could be a secret is taken out, whoever wrote it.

Our own code logs ids only, and carries secrets as `Secret`, which shows "***". This is for the rest: libraries, the
words of exceptions, and the mistake that nobody has made yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from mailkit.types import Secret

GONE = "***"
MAX_DEPTH = 6
_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token$|authorization|cookie|credential|api_?key|verifier|ciphertext|session_?key",
    re.IGNORECASE,
)
_KEPT = frozenset({"lease_token"})  # names that only look like one
_DROPPED = frozenset({"request"})  # Django's: shown, it tells the query string, with what somebody searched for
_PATTERNS = (
    # password=..., "access_token": "...", X-Api-Key: ... (without what stands before the word: that took the square
    # of the length of a line)
    (
        re.compile(
            r"(?i)((?:password|passwd|passphrase|secret|token|api[_-]?key|code_verifier)"
            r"[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s\"'&,;}]+)"
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/-]{6,}=*"), rf"\1 {GONE}"),
    (re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\r\n]+"), rf"\1{GONE}"),
    # What strangers open: whoever has the address has the page (accounts.public_tokens)
    (re.compile(r"(/(?:t|p|f|w|unsubscribe)/)[\w-]{43}"), rf"\1{GONE}"),
    # scheme://user:password@host
    (re.compile(r"(\w://[^\s:/@]*:)[^\s/@]+@"), rf"\1{GONE}@"),
    # IMAP and SMTP: LOGIN user password; AUTHENTICATE / AUTH with an initial response (RFC 4959, RFC 4954)
    (re.compile(r"\b(LOGIN\s+(?:\"[^\"]*\"|\S+)\s+)(?:\"(?:[^\"\\]|\\.)*\"|\S+)"), rf"\1{GONE}"),
    (re.compile(r"(?i)\b(auth(?:enticate)?\s+(?:plain|login|xoauth2|oauthbearer)\s+)\S+"), rf"\1{GONE}"),
)


def scrub(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A processor of structlog. It never fails: what it does not know it leaves as it is."""
    return {name: _clean(name, value, 0) for name, value in event.items() if name not in _DROPPED}


def scrub_text(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _clean(name: str, value: object, depth: int) -> object:
    if isinstance(value, Secret) or (_NAME.search(name) and name not in _KEPT and value):
        return GONE
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, bytes):
        return scrub_text(value.decode(errors="replace"))
    if depth == MAX_DEPTH:
        return value
    if isinstance(value, Mapping):
        return {key: _clean(str(key), item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(name, item, depth + 1) for item in value]
    return value
