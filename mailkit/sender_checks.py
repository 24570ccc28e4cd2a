"""Is the sender who the letter says? SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of a letter that came to us,
worked out in a process that may be killed: what a signature needs to be checked is a stranger's to choose.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mailkit.child_pool import ChildFailed, ChildPool
from mailkit.child_process import pack

SECONDS = 17.0  # the child's own alarm comes first
MAX_ANSWER_BYTES = 64 * 1024
# Results as in RFC 8601 section 2.7.
NONE, PASS, FAIL, TEMPERROR, PERMERROR = "none", "pass", "fail", "temperror", "permerror"
RESULTS = frozenset({NONE, PASS, FAIL, TEMPERROR, PERMERROR, "softfail", "neutral"})


@dataclass(frozen=True, slots=True)
class SenderVerdict:
    """`is_verified`: the domain of `sender` itself says that the letter is from there."""

    spf: str
    dkim: str
    dmarc: str
    is_verified: bool
    sender: str  # the address in From, "" when there is not exactly one beyond doubt
    spf_domain: str  # whose record was asked
    dkim_domains: tuple[str, ...]  # of the signatures that are right
    policy: str  # DMARC: none, quarantine, reject; "" without a record
    reason: str  # a word of what stood in the way, "" otherwise


def check_sender(raw: bytes, *, peer: str, helo: str, mail_from: str, nameservers: Sequence[str] = ()) -> SenderVerdict:
    """`peer` is the IP address that the letter came from, "" when it is not known: SPF is "none" then. Never raises for
    what is in a letter or in the DNS.
    """
    words = {"peer": peer, "helo": helo, "mail_from": mail_from, "nameservers": list(nameservers)}
    try:
        return _pool.ask(pack(words, raw), _read_answer, seconds=SECONDS, most_bytes=MAX_ANSWER_BYTES)
    except (ChildFailed, LookupError, TypeError, ValueError):
        return SenderVerdict(PERMERROR, PERMERROR, PERMERROR, False, "", "", (), "", "too_much")


def verdict_words(verdict: SenderVerdict) -> dict[str, Any]:
    return asdict(verdict)


def _read_answer(words: bytes, _data: bytes) -> SenderVerdict:
    """Raises LookupError, TypeError or ValueError for what is no verdict."""
    said = json.loads(words)
    if not RESULTS.issuperset((said["spf"], said["dkim"], said["dmarc"])):
        raise ValueError("no result")
    domains = tuple(str(domain) for domain in said["dkim_domains"])
    texts = {name: str(said[name]) for name in ("spf", "dkim", "dmarc", "sender", "spf_domain", "policy", "reason")}
    return SenderVerdict(**texts, is_verified=said["is_verified"] is True, dkim_domains=domains)


_pool = ChildPool("mailkit.sender_child")
