"""Addresses of views that are asked for many times a page."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=1024)
def url(name: str, *args: str) -> str:
    """As reverse(): no address of this face depends on the request. Not for addresses of single rows."""
    return reverse(name, args=args)
