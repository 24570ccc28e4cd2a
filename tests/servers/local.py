"""The resolver of the tests."""

from __future__ import annotations

from mailkit.network import resolve_public


def resolve_local(host: str, port: int) -> list[str]:
    """The name "localhost" and nothing else of this machine."""
    return resolve_public(host, port, allow_localhost=True)
