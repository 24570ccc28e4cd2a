"""SPF of a letter that came to us: the only file that knows pyspf. It asks through our DNS, so within its limits."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

from mailkit.addresses import domain_of, is_host_name
from mailkit.dns_budget import BudgetedDns
from mailkit.errors import ConnectionFailed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its doc strings, which newer Pythons do not like
    import spf


@dataclass(frozen=True, slots=True)
class SpfResult:
    """`domain`: that of MAIL FROM, or of HELO for a bounce (RFC 7489 section 3.1.2)."""

    result: str
    domain: str


def check_spf(peer: str, helo: str, mail_from: str, dns: BudgetedDns) -> SpfResult:
    domain = domain_of(mail_from or f"postmaster@{helo}")
    if not peer or not is_host_name(domain) or "." not in domain:
        return SpfResult("none", domain)
    local = mail_from.rpartition("@")[0] or "postmaster"
    if not local.isascii() or not local.isprintable():
        return SpfResult("none", domain)
    try:
        found = _Query(peer, f"{local}@{domain}", helo if is_host_name(helo) else "", dns).check()[0]
    except (ValueError, LookupError, TypeError, AttributeError):  # what the record made of the library
        return SpfResult("permerror", domain)
    return SpfResult(str(found), domain)


class _Query(spf.query):  # type: ignore[misc]  # pyspf has no types
    """`dns` is the one method by which it asks."""

    def __init__(self, peer: str, sender: str, helo: str, dns: BudgetedDns) -> None:
        super().__init__(peer, sender, helo, querytime=0)
        self._dns = dns
        self._answers: dict[tuple[str, str], list[Any]] = {}

    def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
        """Aliases are followed by the server that we ask."""
        key = (str(name).lower().rstrip("."), qtype)
        if key not in self._answers:
            self._answers[key] = self._fetch(*key)
            if not self._answers[key] and not ignore_void:
                self._count_void()
        return self._answers[key]

    def _fetch(self, name: str, kind: str) -> list[Any]:
        try:
            if kind in ("A", "AAAA"):
                return list(self._dns.host_addresses(name, kind))
            if kind == "MX":
                return list(self._dns.mx(name))
            if kind == "PTR":
                return list(self._dns.ptr(name))
            return [(text.encode("utf-8", "replace"),) for text in self._dns.txt(name)] if kind == "TXT" else []
        except ConnectionFailed as error:
            raise spf.TempError("the DNS does not answer") from error

    def _count_void(self) -> None:
        self.void_lookups += 1
        if self.void_lookups > spf.MAX_VOID_LOOKUPS:  # RFC 7208 section 4.6.4
            raise spf.PermError("too many answers without records")
