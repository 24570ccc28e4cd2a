"""DMARC of a letter that came to us (RFC 7489): does what SPF and DKIM prove belong to the domain in From?

Our own, because libraries read the domain by a pattern that knows no hyphen, and take several senders.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailkit.addresses import domain_of
from mailkit.dkim_check import DkimResult
from mailkit.dns_budget import BudgetedDns
from mailkit.errors import ConnectionFailed
from mailkit.registrable import registrable_domain
from mailkit.spf_check import SpfResult

POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class DmarcResult:
    """`is_aligned`: SPF or DKIM proves a domain that goes with that of From, whether or not there is a record."""

    result: str
    is_aligned: bool = False
    policy: str = ""


@dataclass(frozen=True, slots=True)
class _Record:
    policy: str
    is_spf_strict: bool
    is_dkim_strict: bool


def check_dmarc(sender: str, spf: SpfResult, dkim: DkimResult, dns: BudgetedDns) -> DmarcResult:
    """`sender` is the one address in From, "" when there is not exactly one: then nothing is proven."""
    domain = domain_of(sender)
    if not domain:
        return DmarcResult("permerror")
    try:
        record = _find_record(domain, dns)
    except ConnectionFailed:
        return DmarcResult("temperror")
    is_aligned = _is_aligned(domain, spf, dkim, record or _Record("", is_spf_strict=False, is_dkim_strict=False))
    if record is None:
        return DmarcResult("none", is_aligned)
    return DmarcResult("pass" if is_aligned else "fail", is_aligned, record.policy)


def _is_aligned(domain: str, spf: SpfResult, dkim: DkimResult, record: _Record) -> bool:
    """RFC 7489 section 3.1."""
    if spf.result == "pass" and _goes_with(domain, spf.domain, is_strict=record.is_spf_strict):
        return True
    return any(_goes_with(domain, proven, is_strict=record.is_dkim_strict) for proven in dkim.domains)


def _goes_with(domain: str, proven: str, *, is_strict: bool) -> bool:
    if is_strict or domain == proven:
        return domain == proven
    return registrable_domain(domain) == registrable_domain(proven)


def _find_record(domain: str, dns: BudgetedDns) -> _Record | None:
    """RFC 7489 section 6.6.3: the domain's own, else that of the registered domain above it."""
    above = registrable_domain(domain)
    for owner in dict.fromkeys([domain, above]):
        records = [
            tags for text in dns.txt(f"_dmarc.{owner}") if (tags := _tags(text)).get("v", "").lower() == "dmarc1"
        ]
        if len(records) == 1:
            return _read_record(records[0], is_above=owner != domain)
        if records:
            return None
    return None


def _read_record(tags: dict[str, str], *, is_above: bool) -> _Record | None:
    policy = (tags.get("sp", "") if is_above else "") or tags.get("p", "")
    if policy.lower() not in POLICIES:
        return None
    strict = {name: tags.get(name, "r").lower() == "s" for name in ("aspf", "adkim")}
    return _Record(policy.lower(), is_spf_strict=strict["aspf"], is_dkim_strict=strict["adkim"])


def _tags(text: str) -> dict[str, str]:
    """Of "v=DMARC1; p=none", without white space."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}
