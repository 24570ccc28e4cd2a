"""Addresses: reading the lists of headers, comparing, and refusing what a person typed wrongly.

The parser is our own: `email.utils.getaddresses` recurses into comments (a header of brackets ends in RecursionError)
and gives up on the unquoted commas that real programs write.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache

from mailkit.types import Address

MAX_ADDRESSES = 500  # of one header
MAX_EMAIL_CHARS = 320  # RFC 5321 section 4.5.3.1: 64 + 1 + 255
MAX_LABEL_CHARS = 63  # RFC 1035 section 2.3.4
MAX_NAME_CHARS = 500
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # what IDNA counts as dots besides the dot
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.ASCII)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,64}")
_PLAIN = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class AddressRefused(ValueError):
    """What a person typed is no address we can write to. `code` lets a face say it in another language."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # empty, no_at, several, bad_name, bad_domain, ip_address


def parse_address_list(value: str) -> tuple[Address, ...]:
    """The addresses of a header (RFC 5322 section 3.4, and what programs make of it). Names are left encoded."""
    found: list[Address] = []
    held = ""  # the words before an unquoted comma: `Smith, John <john@x.example>`
    for piece in _split_list(value):
        name, email = _split_mailbox(piece)
        if email:
            found.append(Address(email=email, name=f"{held}{name}"[:MAX_NAME_CHARS].strip()))
            held = ""
        elif name:
            held = f"{held}{name}, "
        if len(found) == MAX_ADDRESSES:
            break
    return tuple(found)


def email_key(email: str) -> str:
    """What addresses are compared by: trimmed, lower-cased, the domain as A-labels without a closing dot."""
    local, at, domain = unicodedata.normalize("NFC", email).strip().lower().rpartition("@")
    return f"{local}{at}{to_ascii_domain(domain)}" if at else domain


def domain_of(email: str) -> str:
    """The domain of an address as `email_key` writes it, "" when there is none."""
    return email_key(email).rpartition("@")[2] if "@" in email else ""


@lru_cache(maxsize=4096)
def to_ascii_domain(domain: str) -> str:
    """A-labels (RFC 5891), lower-cased. Unlike the standard library's codec "idna" this is IDNA 2008: ß stays ß."""
    plain = _DOTS.sub(".", unicodedata.normalize("NFC", domain)).strip().lower().rstrip(".")
    return ".".join(_to_ascii_label(label) for label in plain.split("."))


def is_internationalized(domain: str) -> bool:
    """Whether the domain needs IDNA (rule K06), spelled in its own letters or as xn-- labels."""
    return any(not label.isascii() or label.startswith("xn--") for label in _DOTS.sub(".", domain).lower().split("."))


def is_ip_literal(host: str) -> bool:
    """Whether a host is an IP address in any spelling that a resolver would take (rule K07).

    Besides the usual ones: [::1], ::1%eth0, 2130706433, 0x7f.1, 0177.0.0.1, 127.1, wide digits. As in the WHATWG URL
    standard a host whose last label is a number is an address: no top-level domain is one.
    """
    plain = _DOTS.sub(".", unicodedata.normalize("NFKC", host)).strip().lower()
    plain = plain.strip("[]").removeprefix("ipv6:").rstrip(".").partition("%")[0]
    if ":" in plain:  # no host name holds a colon
        return True
    return _NUMBER.fullmatch(plain.rpartition(".")[2]) is not None or _is_address(plain)


def is_host_name(host: str) -> bool:
    """Whether this can be looked up in the DNS at all: A-labels of letters, digits and hyphens."""
    plain = to_ascii_domain(host)
    return 0 < len(plain) <= 253 and all(_LABEL.fullmatch(label) for label in plain.split("."))


def parse_typed_address(typed: str) -> Address:
    """One address as a person types or pastes it: `a@b`, `<a@b>`, `Name <a@b>`. Raises AddressRefused."""
    if not typed.strip():
        raise AddressRefused("empty", "Enter an email address.")
    line = _one_line(typed)
    if _PLAIN.fullmatch(line) and len(line) <= MAX_EMAIL_CHARS:
        return _checked(Address(email=line))  # as nearly all are: what follows takes three times as long
    found = parse_address_list(line)
    if not found:
        raise AddressRefused("no_at", f"“{typed.strip()}” is not an email address: it needs the form name@example.com.")
    if len(found) > 1:
        raise AddressRefused("several", "Enter one address only.")
    return _checked(found[0])


def _checked(address: Address) -> Address:
    local, _, domain = address.email.rpartition("@")
    if not _LOCAL.fullmatch(local):
        raise AddressRefused("bad_name", f"“{local}” cannot stand before the @ of an email address.")
    if is_ip_literal(domain):
        raise AddressRefused("ip_address", f"“{domain}” is an IP address. Enter an address with a domain name.")
    if not is_host_name(domain) or ("." not in domain and domain.lower() != "localhost"):
        raise AddressRefused("bad_domain", f"“{domain}” is not a domain name.")
    return address


def _one_line(typed: str) -> str:
    if any(char in typed.strip() for char in "\r\n\0"):
        raise AddressRefused("several", "Enter one address, in one line.")
    return typed.strip()


def _is_address(plain: str) -> bool:
    try:
        ipaddress.ip_address(plain)
    except ValueError:
        return False
    return True


def _to_ascii_label(label: str) -> str:
    """What is longer than any label of the DNS stays as it is: encoding takes the square of its length, and more."""
    if label.isascii() or len(label) > MAX_LABEL_CHARS:
        return label
    return "xn--" + label.encode("punycode", "replace").decode("ascii")


def _split_list(value: str) -> list[str]:
    """Pieces between the commas and semicolons outside quotes, comments and angle brackets; group names dropped."""
    pieces: list[str] = []
    current: list[str] = []
    has_at = False
    for char, is_plain in _scan(value):
        if is_plain and char in ",;":
            pieces.append("".join(current))
            current.clear()
            has_at = False
        elif is_plain and char == ":" and not has_at:
            current.clear()  # `Friends: a@x.example, b@x.example;`
        else:
            current.append(char)
            has_at = has_at or char == "@"
        if len(pieces) > 2 * MAX_ADDRESSES:
            break
    pieces.append("".join(current))
    return pieces


def _scan(value: str) -> list[tuple[str, bool]]:
    """Each character with whether it stands outside quotes, brackets and comments. Comments are left out."""
    result: list[tuple[str, bool]] = []
    quoted = angle = escaped = False
    depth = 0
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted:
            depth = _comment_depth(char, depth)
            if depth or char == ")":
                continue
            angle = char == "<" or (angle and char != ">")
        if not depth:
            result.append((char, not quoted and not angle and char != '"'))
    if quoted or angle or depth:
        # What was opened and never closed would swallow the rest of the list: read it as if it were not there.
        return [(char, True) for char in value if char not in '"()']
    return result


def _comment_depth(char: str, depth: int) -> int:
    if char == "(":
        return depth + 1
    return max(0, depth - 1) if char == ")" else depth


def _split_mailbox(piece: str) -> tuple[str, str]:
    """(name, email) of `Name <a@b>` or `a@b`; the email is "" when there is none. The last bracket wins."""
    start = _last_open_bracket(piece)
    if start >= 0:
        name, inside = piece[:start], piece[start + 1 :].partition(">")[0]
        return _unquote(name), _clean_email(inside)
    email = _clean_email(piece)
    return ("", email) if email else (_unquote(piece), "")


def _last_open_bracket(piece: str) -> int:
    """The place of the last "<" outside quotes, -1 when there is none."""
    place, quoted, escaped = -1, False, False
    for index, char in enumerate(piece):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "<" and not quoted:
            place = index
    return place


def _clean_email(text: str) -> str:
    """The addr-spec, or "" when the text is none. A source route (RFC 5321 appendix C) is taken off."""
    email = text.strip().removeprefix("mailto:").strip("'")
    if email.startswith("@"):
        email = email.rpartition(":")[2]
    local, at, domain = email.rpartition("@")
    if not at or not local or not domain or len(email) > MAX_EMAIL_CHARS:
        return ""
    is_quoted = len(local) > 1 and local[0] == local[-1] == '"'
    refused = email if not is_quoted else domain
    if any(char.isspace() or char in '<>"' or unicodedata.category(char) in {"Cc", "Cs"} for char in refused):
        return ""
    return email


def _unquote(name: str) -> str:
    plain = name.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        plain = plain[1:-1]
    return re.sub(r"\\(.)", r"\1", plain).strip()
