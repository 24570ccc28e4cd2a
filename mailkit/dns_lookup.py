"""Questions to the DNS beyond the address of a host: the only file that knows dnspython.

"There is no such record" is an answer (nothing); "nobody could be asked" is ConnectionFailed with the step "dns".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

from mailkit.errors import ConnectionFailed
from mailkit.network import IpAddress, parse_nameserver

QUESTION_SECONDS = 3
MAX_RECORDS = 50  # of one answer: nobody's domain needs more
EDNS_BYTES = 1232  # the largest answer that crosses all networks in one piece (DNS flag day 2020)
LOCALHOST: tuple[IpAddress, ...] = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))


@dataclass(frozen=True, slots=True)
class MxRecord:
    """A server that takes mail for a domain, lower-cased; "" stands for "this domain takes no mail" (RFC 7505)."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """A server of a service (RFC 2782), lower-cased; "" stands for "this service is not offered"."""

    priority: int
    weight: int
    port: int
    host: str


class DnsLookup:
    """Asks these servers ("192.0.2.1", "192.0.2.1:5353", "[::1]:5353"); without any, those of this machine."""

    def __init__(self, nameservers: Sequence[str] = (), *, seconds: float = QUESTION_SECONDS) -> None:
        self._nameservers, self._seconds = tuple(nameservers), seconds

    def mx(self, domain: str) -> list[MxRecord]:
        """The preferred first."""
        records = [MxRecord(one.preference, _host(one.exchange)) for one in self._ask(domain, "MX")]
        return sorted(records, key=lambda record: (record.preference, record.host))

    def srv(self, name: str) -> list[SrvRecord]:
        """The preferred first."""
        records = [SrvRecord(one.priority, one.weight, one.port, _host(one.target)) for one in self._ask(name, "SRV")]
        return sorted(records, key=lambda record: (record.priority, -record.weight, record.host))

    def txt(self, name: str) -> list[str]:
        """The texts, each put together from its pieces (RFC 7208 section 3.3)."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def host_addresses(self, name: str, kind: str) -> list[str]:
        """Those of one kind, "A" or "AAAA"."""
        return [one.address for one in self._ask(name, kind)]

    def ptr(self, name: str) -> list[str]:
        """The hosts that an address, written as a name in .arpa, belongs to."""
        return [_host(one.target) for one in self._ask(name, "PTR")]

    def addresses(self, name: str, port: int = 0) -> list[IpAddress]:
        """Of a host; a `mailkit.network.Lookup`. Raises ConnectionFailed when it has none."""
        if name == "localhost":
            return list(LOCALHOST)  # RFC 6761 section 6.3: never asked for
        found: list[IpAddress] = [ipaddress.ip_address(one.address) for one in self._ask(name, "A")]
        try:
            found += [ipaddress.ip_address(one.address) for one in self._ask(name, "AAAA")]
        except ConnectionFailed:
            if not found:  # some servers do not answer what they do not know
                raise
        if not found:
            raise ConnectionFailed("The host name is not known", step="dns")
        return found

    def _ask(self, name: str, kind: str) -> list[Any]:
        """The records' data. dnspython types them by what was asked, which no type checker follows."""
        try:
            question = dns.name.from_text(name)
            answer = _resolver(self._nameservers).resolve(question, kind, search=False, lifetime=self._seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise ConnectionFailed("The DNS does not answer", step="dns") from error
        return list(answer)[:MAX_RECORDS]


@lru_cache(maxsize=8)
def _resolver(nameservers: tuple[str, ...]) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not nameservers)
    if nameservers:
        resolver.nameservers = list(_named_servers(nameservers))
    resolver.use_edns(0, 0, EDNS_BYTES)
    return resolver


def _named_servers(nameservers: Sequence[str]) -> Iterator[dns.nameserver.Nameserver]:
    for written in nameservers:
        address, port = parse_nameserver(written)
        yield dns.nameserver.Do53Nameserver(address, port)


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else ""
