"""The table of mail providers: which domains and which MX are whose, and the servers to use there.

The rows are in `providers.toml`. A provider without servers has no IMAP and SMTP that we could use: it says why not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mailkit.types import Security, ServerAddress

TABLE = Path(__file__).with_name("providers.toml")
ADDRESS = "address"
LOCAL_PART = "local part"
PASSWORD = "password"  # noqa: S105 a way of signing in


@dataclass(frozen=True, slots=True)
class Provider:
    """A row. Domains and MX are matched from the right, whole labels: "*.x.example" means only what lies below."""

    key: str
    name: str
    domains: tuple[str, ...]  # of addresses that anybody can have there
    mx: tuple[str, ...]
    imap: ServerAddress | None
    smtp: ServerAddress | None
    hosted_imap: ServerAddress | None  # for domains of their customers
    hosted_smtp: ServerAddress | None
    username: str  # ADDRESS or LOCAL_PART, for IMAP
    smtp_username: str
    sign_in: tuple[str, ...]  # the best first: "oauth2:google", PASSWORD; none: it cannot be connected
    guide: str  # a key of mailboxes.guides
    help_url: str
    spf: tuple[str, ...] = ()  # one of these stands in the SPF record of a customer's domain; the first is the usual
    dkim: tuple[str, ...] = ()  # the names they give to the keys of customers' domains
    files_sent: bool = False  # what goes out by their SMTP server lies in Sent without our doing
    mx_record: str = ""  # what a customer's domain names as its MX: "1 smtp.google.com"

    @property
    def hosts(self) -> frozenset[str]:
        servers = (self.imap, self.smtp, self.hosted_imap, self.hosted_smtp)
        return frozenset(server.host for server in servers if server)


@cache
def list_providers() -> tuple[Provider, ...]:
    """All rows, in the order of the file."""
    with TABLE.open("rb") as file:
        rows = tomllib.load(file)["provider"]
    return tuple(_parse(row) for row in rows)


def provider_of_domain(domain: str) -> Provider | None:
    """Whose addresses end like this. `domain` is in A-labels, lower-cased."""
    return _by_domain().get(domain) or _longest(domain.partition(".")[2], _by_parent())


def provider_of_mx(hosts: Iterable[str]) -> Provider | None:
    """Who takes the mail of a domain with these MX: the first that we know, the preferred first."""
    return next((found for host in hosts if (found := _longest(host, _by_mx()))), None)


def provider_of_host(host: str) -> Provider | None:
    """Whose mail server this is."""
    return _by_host().get(host)


def files_sent(smtp_host: str, imap_host: str) -> bool:
    """Whether this provider puts letters into Sent by itself; not when somebody else's server keeps the mail."""
    provider = provider_of_host(smtp_host)
    return provider is not None and provider.files_sent and imap_host in provider.hosts


def provider_named(key: str) -> Provider | None:
    return next((one for one in list_providers() if one.key == key), None)


@cache
def _by_domain() -> Mapping[str, Provider]:
    return {domain: one for one in list_providers() for domain in one.domains if not domain.startswith("*.")}


@cache
def _by_parent() -> Mapping[str, Provider]:
    rows = list_providers()
    return {domain[2:]: one for one in rows for domain in one.domains if domain.startswith("*.")}


@cache
def _by_mx() -> Mapping[str, Provider]:
    return {suffix: one for one in list_providers() for suffix in one.mx}


@cache
def _by_host() -> Mapping[str, Provider]:
    # Of rows that share a host the last one counts: there the one for customers' domains stands.
    return {host: one for one in list_providers() for host in one.hosts}


def _longest(name: str, table: Mapping[str, Provider]) -> Provider | None:
    """By the longest suffix of whole labels: of "mx.mail.example" first itself, then "mail.example", "example"."""
    labels = name.split(".")
    suffixes = (".".join(labels[start:]) for start in range(len(labels)))
    return next((table[suffix] for suffix in suffixes if suffix in table), None)


def _parse(row: Mapping[str, Any]) -> Provider:
    imap, smtp = _server(row.get("imap")), _server(row.get("smtp"))
    return Provider(
        key=row["key"],
        name=row["name"],
        domains=tuple(row.get("domains", ())),
        mx=tuple(row["mx"]),
        imap=imap,
        smtp=smtp,
        hosted_imap=_server(row.get("hosted_imap")) or imap,
        hosted_smtp=_server(row.get("hosted_smtp")) or smtp,
        username=row.get("username", ADDRESS),
        smtp_username=row.get("smtp_username", row.get("username", ADDRESS)),
        sign_in=tuple(row.get("sign_in", (PASSWORD,) if imap else ())),
        guide=row.get("guide", "password"),
        help_url=row["help"],
        spf=tuple(row.get("spf", ())),
        dkim=tuple(row.get("dkim", ())),
        files_sent=row.get("files_sent", False),
        mx_record=row.get("mx_record", ""),
    )


def _server(written: str | None) -> ServerAddress | None:
    """Of "imap.example.com:993/tls"."""
    if written is None:
        return None
    place, _, security = written.partition("/")
    host, _, port = place.partition(":")
    return ServerAddress(host, int(port), Security(security))
