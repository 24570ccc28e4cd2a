"""Where a link of ours may lead: to a web address, and to nothing that a browser would run or misread."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from django.utils.encoding import iri_to_uri, punycode

MAX_CHARS = 4000  # of an address: more no browser in use takes safely in a header
_ODD = re.compile(r"[\x00-\x20\x7f\\]")  # browsers read "\" as "/", and leave line breaks out


def web_address(url: str) -> str | None:
    """The address in ASCII, as it goes into a Location header. None for what is no http(s) address of some host."""
    plain = url.strip()
    if len(plain) > MAX_CHARS or _ODD.search(plain):
        return None
    try:
        parts = urlsplit(plain)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return None
        ascii_address = iri_to_uri(urlunsplit(parts._replace(netloc=_ascii_place(parts.netloc, parts.hostname))))
    except ValueError:  # a port or an IPv6 address that is none, a host that cannot be written in ASCII
        return None
    return ascii_address if len(ascii_address) <= MAX_CHARS else None


def _ascii_place(netloc: str, host: str) -> str:
    if netloc.isascii():
        return netloc
    before, at, after = netloc.rpartition("@")
    return f"{before}{at}{after.lower().replace(host, punycode(host))}"
