"""Which hosts this instance connects to, whoever names them."""

from __future__ import annotations

from django.conf import settings

from mailkit.network import resolve_public


def resolve(host: str, port: int) -> list[str]:
    """The addresses that may be connected to (rule K07, reliability: no server of our own network)."""
    return resolve_public(
        host, port, allowed_networks=settings.MAIL_PRIVATE_NETWORKS, allow_localhost=settings.EMBEDDED
    )
