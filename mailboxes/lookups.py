"""Questions to name servers and web servers, as this instance asks them: about a mail domain, or for a file."""

from __future__ import annotations

from django.conf import settings

from mailkit.autoconfig import MAX_BYTES
from mailkit.dns_lookup import DnsLookup
from mailkit.network import resolve_public, tls_context
from mailkit.safe_fetch import Fetched, FetchRules, fetch

RULES = FetchRules(schemes=frozenset({"https"}), ports=frozenset({443}), max_bytes=MAX_BYTES, seconds=3)
FILE_SECONDS = 60


def dns_lookup() -> DnsLookup:
    return DnsLookup(settings.DNS_SERVERS)


def fetch_autoconfig(url: str) -> bytes:
    """What lies there. Raises MailError."""
    return fetch(url, resolve=_resolve, tls=tls_context(settings.MAIL_CA_FILE), rules=RULES).content


def fetch_file(url: str, *, most_bytes: int, seconds: float = FILE_SECONDS) -> Fetched:
    """A file on a public web server, for whoever names it: never from our own networks. Raises MailError."""
    return fetch(
        url,
        resolve=_resolve_public,
        tls=tls_context(settings.MAIL_CA_FILE),
        rules=FetchRules(max_bytes=most_bytes, seconds=seconds),
    )


def _resolve_public(host: str, port: int) -> list[str]:
    """Networks that are open to mail servers stay closed: what is fetched here, anybody may read."""
    return resolve_public(host, port, refused=settings.OUTGOING_IPS, lookup=dns_lookup().addresses)


def _resolve(host: str, port: int) -> list[str]:
    """Own public addresses lead to our own services past the proxy in front of them."""
    return resolve_public(
        host,
        port,
        allowed_networks=settings.MAIL_PRIVATE_NETWORKS,
        refused=settings.OUTGOING_IPS,
        lookup=dns_lookup().addresses,
    )
