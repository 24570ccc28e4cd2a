"""Questions about a mail domain, to its DNS and its web server, as this instance asks them."""

from __future__ import annotations

from django.conf import settings

from mailkit.autoconfig import MAX_BYTES
from mailkit.dns_lookup import DnsLookup
from mailkit.network import resolve_public, tls_context
from mailkit.safe_fetch import FetchRules, fetch

RULES = FetchRules(schemes=frozenset({"https"}), ports=frozenset({443}), max_bytes=MAX_BYTES, seconds=3)


def dns_lookup() -> DnsLookup:
    return DnsLookup(settings.DNS_SERVERS)


def fetch_autoconfig(url: str) -> bytes:
    """What lies there. Raises MailError."""
    return fetch(url, resolve=_resolve, tls=tls_context(settings.MAIL_CA_FILE), rules=RULES).content


def _resolve(host: str, port: int) -> list[str]:
    """Own public addresses lead to our own services past the proxy in front of them."""
    return resolve_public(
        host,
        port,
        allowed_networks=settings.MAIL_PRIVATE_NETWORKS,
        refused=settings.OUTGOING_IPS,
        lookup=dns_lookup().addresses,
    )
