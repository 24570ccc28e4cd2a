"""What the DNS says of a domain that mail is sent from: SPF, DKIM, DMARC and MX (rules R15, M100).

Receivers judge letters by these records. Each check gives one finding: a state, a reason in a word, what was found, and
where we can say it, the record to add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Protocol

from mailkit.dns_lookup import MxRecord
from mailkit.errors import ConnectionFailed
from mailkit.providers import Provider
from mailkit.registrable import registrable_domain
from mailkit.spf import SpfTree, read_spf, walk_spf

CHECK_SECONDS = 8  # all together
# Names that mail programs and services give to their DKIM keys: which of them a domain uses is listed nowhere.
USUAL_SELECTORS = ("default", "dkim", "mail", "selector1", "selector2", "google", "k1", "s1", "s2", "key1")
DMARC_POLICIES = ("none", "quarantine", "reject")
MAX_RECORD_CHARS = 1000  # of what is shown


class State(StrEnum):
    """How well it is."""

    OK = "ok"
    WARN = "warn"  # works, could be better
    BAD = "bad"  # receivers hold it against letters
    UNKNOWN = "unknown"  # could not be found out


@dataclass(frozen=True, slots=True)
class Finding:
    """`name`, `kind` and `record` are a record to add or to change, "" when there is none to suggest."""

    check: str  # spf, dkim, dmarc, mx
    state: State
    reason: str  # see mailboxes.domain_report, which has words for each
    found: str = ""  # the records as they are, a line each
    name: str = ""
    kind: str = ""  # TXT, MX
    record: str = ""


class Dns(Protocol):
    """What is asked of mailkit.dns_lookup.DnsLookup; both raise ConnectionFailed."""

    def mx(self, domain: str) -> list[MxRecord]: ...
    def txt(self, name: str) -> list[str]: ...


def check_domain(
    domain: str, *, dns: Dns, provider: Provider | None = None, selectors: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """SPF, DKIM, DMARC, MX of a domain in A-labels. `provider` sends its mail; `selectors` are names of DKIM keys."""
    checks: dict[str, Callable[[], Finding]] = {
        "spf": lambda: _check_spf(domain, dns, provider),
        "dkim": lambda: _check_dkim(domain, dns, provider, selectors),
        "dmarc": lambda: _check_dmarc(domain, dns),
        "mx": lambda: _check_mx(domain, dns, provider),
    }
    end = monotonic() + CHECK_SECONDS
    workers = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="domain")
    try:
        under_way = {name: workers.submit(check) for name, check in checks.items()}
        return tuple(_result(name, future, end) for name, future in under_way.items())
    finally:
        workers.shutdown(wait=False, cancel_futures=True)  # who is late ends by the limits of `dns`


def _result(name: str, future: Future[Finding], end: float) -> Finding:
    try:
        return future.result(timeout=max(0.0, end - monotonic()))
    except (Late, ConnectionFailed):
        return Finding(name, State.UNKNOWN, "no_answer")


def _check_spf(domain: str, dns: Dns, provider: Provider | None) -> Finding:
    """RFC 7208. The letters leave through the provider's servers, so its term has to stand in the record."""
    usual = provider.spf[0] if provider and provider.spf else ""
    records = read_spf(dns.txt(domain))
    found = _shown(records)
    if not records:
        record = f"v=spf1 {usual} ~all" if usual else ""
        return Finding("spf", State.BAD, "missing", name=domain, kind="TXT", record=record)
    if len(records) > 1:
        return Finding("spf", State.BAD, "several", found)
    tree = walk_spf(domain, records[0], dns.txt)
    state, reason = _judge_spf(tree, provider)
    if reason == "provider_missing":
        return Finding("spf", state, reason, found, domain, "TXT", _with_term(records[0], usual))
    return Finding("spf", state, reason, found)


def _judge_spf(tree: SpfTree, provider: Provider | None) -> tuple[State, str]:
    if tree.too_many:
        return State.BAD, "too_many_lookups"
    if provider and provider.spf and not any(term in tree.terms for term in provider.spf):
        return State.BAD, "provider_missing"
    if tree.ending == "+":
        return State.BAD, "all_allowed"
    if tree.ending in ("", "?"):
        return State.WARN, "no_end"
    return State.OK, "good" if provider and provider.spf else "present"


def _with_term(record: str, term: str) -> str:
    """The record with the provider's term where it counts: before what ends it."""
    first, *rest = record.split()
    return " ".join([first, term, *rest])


def _check_dkim(domain: str, dns: Dns, provider: Provider | None, selectors: Sequence[str]) -> Finding:
    """RFC 6376 section 3.6.1: a key lies at SELECTOR._domainkey.DOMAIN. An empty one is withdrawn."""
    own = tuple(selectors) or (provider.dkim if provider else ())
    names = tuple(dict.fromkeys(own if selectors else (*own, *USUAL_SELECTORS)))
    keys = _dkim_keys(names, domain, dns)
    good = [f"{selector}: {key}" for selector, key in keys if _tag(key, "p")]
    if good:
        return Finding("dkim", State.OK, "good", _shown(good))
    if keys:
        return Finding("dkim", State.BAD, "withdrawn", _shown(f"{selector}: {key}" for selector, key in keys))
    if own:
        return Finding("dkim", State.BAD, "missing", name=f"{own[0]}._domainkey.{domain}", kind="TXT")
    return Finding("dkim", State.UNKNOWN, "not_found")


def _dkim_keys(selectors: Sequence[str], domain: str, dns: Dns) -> list[tuple[str, str]]:
    """Those that exist. Raises ConnectionFailed when nothing was found because nobody could be asked."""

    def ask(selector: str) -> list[tuple[str, str]] | None:
        try:
            records = dns.txt(f"{selector}._domainkey.{domain}")
        except ConnectionFailed:
            return None
        return [(selector, record) for record in records if "p=" in record]

    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="dkim") as workers:
        answers = list(workers.map(ask, selectors))
    keys = [key for answer in answers if answer for key in answer]
    if not keys and None in answers:
        raise ConnectionFailed("The DNS does not answer", step="dns")
    return keys


def _check_dmarc(domain: str, dns: Dns) -> Finding:
    """RFC 7489 section 6.6.3: the domain's own record, else that of the registered domain above it."""
    asked = list(dict.fromkeys([domain, registrable_domain(domain)]))
    for owner in asked:
        records = [one for one in dns.txt(f"_dmarc.{owner}") if _is_version(one, "dmarc1")]
        if records:
            return _judge_dmarc(records)
    name = f"_dmarc.{asked[-1]}"
    return Finding("dmarc", State.BAD, "missing", name=name, kind="TXT", record="v=DMARC1; p=none")


def _judge_dmarc(records: Sequence[str]) -> Finding:
    found = _shown(records)
    policy = _tag(records[0], "p").lower()
    if len(records) > 1:
        return Finding("dmarc", State.BAD, "several", found)
    if policy not in DMARC_POLICIES:
        return Finding("dmarc", State.BAD, "no_policy", found)
    return Finding("dmarc", State.OK, "watching" if policy == "none" else "good", found)


def _check_mx(domain: str, dns: Dns, provider: Provider | None) -> Finding:
    records = dns.mx(domain)
    found = _shown(f"{record.preference} {record.host or '.'}" for record in records)
    if not records:
        record = provider.mx_record if provider else ""
        return Finding("mx", State.BAD, "missing", name=domain, kind="MX", record=record)
    if all(not record.host for record in records):
        return Finding("mx", State.BAD, "no_mail", found)  # RFC 7505
    return Finding("mx", State.OK, "good", found)


def _is_version(record: str, version: str) -> bool:
    return _tag(record, "v").lower() == version


def _tag(record: str, name: str) -> str:
    """Of "v=DMARC1; p=none" the value of a tag, without white space."""
    pairs = (part.partition("=") for part in record.split(";"))
    return next(("".join(value.split()) for key, _, value in pairs if key.strip().lower() == name), "")


def _shown(records: Iterable[str]) -> str:
    return "\n".join(record[:MAX_RECORD_CHARS] for record in records)
