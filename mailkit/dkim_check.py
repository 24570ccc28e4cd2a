"""DKIM signatures of a letter that came to us: the only file that knows dkimpy.

Stricter than the library: a signature that covers only a part of the text (l=), leaves out From, uses SHA-1 (RFC 8301)
or names no proper domain proves nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailkit.addresses import is_host_name, to_ascii_domain
from mailkit.dns_budget import BudgetedDns
from mailkit.errors import ConnectionFailed
from mailkit.from_header import fields_named, header_lines

MAX_SIGNATURES = 5
MIN_KEY_BITS = 1024  # RFC 8301 section 3.2
_SELECTOR = re.compile(rb"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_BROKEN = (dkim.DKIMException, ValueError, LookupError, TypeError, AttributeError, AssertionError, OverflowError)


@dataclass(frozen=True, slots=True)
class DkimResult:
    """`domains`: those whose signatures are right."""

    result: str
    domains: tuple[str, ...] = ()
    reason: str = ""


def check_dkim(raw: bytes, dns: BudgetedDns) -> DkimResult:
    count = len(fields_named(header_lines(raw), b"dkim-signature"))
    if not count:
        return DkimResult("none")
    found = [_check_one(raw, number, dns) for number in range(min(count, MAX_SIGNATURES))]
    domains = tuple(dict.fromkeys(domain for one in found for domain in one.domains))
    if domains:
        return DkimResult("pass", domains)
    return next((one for one in found if one.result == "temperror"), found[0])


def _check_one(raw: bytes, number: int, dns: BudgetedDns) -> DkimResult:
    def key_record(name: bytes | str, timeout: float = 0) -> bytes:
        plain = (name.decode("ascii") if isinstance(name, bytes) else name).rstrip(".")
        records = [text for text in dns.txt(plain) if "p=" in text]
        return records[0].encode() if len(records) == 1 else b""

    try:
        signed = dkim.DKIM(raw, minkey=MIN_KEY_BITS)
        fields = parse_tag_value(_signature(signed, number))
        reason = _weakness(fields)
        if reason:
            return DkimResult("permerror", reason=reason)
        is_right = signed.verify(idx=number, dnsfunc=key_record)
    except ConnectionFailed:
        return DkimResult("temperror", reason="no_answer")
    except InvalidTagValueList:
        return DkimResult("permerror", reason="unreadable")
    except _BROKEN:
        return DkimResult("fail", reason="broken")
    domain = to_ascii_domain(fields[b"d"].decode("ascii"))
    return DkimResult("pass", (domain,)) if is_right else DkimResult("fail", reason="wrong")


def _signature(signed: dkim.DKIM, number: int) -> bytes:
    """Raises IndexError when the library sees fewer than we."""
    return [value for name, value in signed.headers if name.lower() == b"dkim-signature"][number]  # type: ignore[no-any-return]


def _weakness(fields: dict[bytes, bytes]) -> str:
    """Why it would prove nothing even if it were right, "" otherwise."""
    covered = [name.strip().lower() for name in fields.get(b"h", b"").split(b":")]
    domain = fields.get(b"d", b"").decode("latin-1")
    if not domain.isascii() or "." not in domain or not is_host_name(domain):
        return "bad_domain"
    if not _SELECTOR.fullmatch(fields.get(b"s", b"")):
        return "bad_selector"
    if b"l" in fields:
        return "part_of_the_text"
    if b"from" not in covered:
        return "from_not_signed"
    return "" if fields.get(b"a", b"").endswith(b"-sha256") else "weak_hash"
