"""Whose name is it: the part of a domain that somebody has registered, by the Public Suffix List."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from mailkit.addresses import to_ascii_domain


def registrable_domain(name: str) -> str:
    """Of "mail.firma.co.uk" "firma.co.uk", in A-labels; a public suffix is returned as it is."""
    plain = to_ascii_domain(name)
    return _suffixes().privatesuffix(plain) or plain


@cache
def _suffixes() -> PublicSuffixList:
    """Reading the list takes a tenth of a second: once a process."""
    return PublicSuffixList()
