"""Who a letter says it is from, for proving it: read strictly. Where two mail programs could show two senders (several
From fields, several addresses, odd spellings of the field's name) there is none that can be proven.
"""

from __future__ import annotations

import re

from mailkit.addresses import domain_of, email_key, is_host_name, is_ip_literal, parse_address_list

MAX_HEADER_BYTES = 256 * 1024
_NOT_A_NAME = re.compile(rb"[^\x21-\x39\x3b-\x7e]")  # what a careless reader may leave out of a field's name
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
_ADDRESS = rf"(?P<email>{_LOCAL}@[A-Za-z0-9._-]+)"
_ANGLED = _ADDRESS.replace("email", "angled")
_QUOTED = r'"[^"\\\x00-\x1f\x7f]*"[ \t]*'
_WORDS = r"[^\"<>()\[\]:;@\\,\x00-\x08\x0a-\x1f\x7f]*"
_MAILBOX = re.compile(rf"{_ADDRESS}|(?:{_QUOTED}|{_WORDS})<{_ANGLED}>")


def header_lines(raw: bytes) -> list[bytes]:
    """The lines of the header, as they are, without line ends. None of it when it is longer than anybody's."""
    end = re.search(rb"\r?\n\r?\n", raw[:MAX_HEADER_BYTES])
    head = raw[: end.start()] if end else raw
    return re.split(rb"\r?\n", head) if len(head) <= MAX_HEADER_BYTES else []


def fields_named(lines: list[bytes], name: bytes) -> list[bytes]:
    """Unfolded values of all fields that some reader might take for this one."""
    found: list[bytes] = []
    is_open = False
    for line in lines:
        if line[:1] in (b" ", b"\t") and found and is_open:
            found[-1] += line
            continue
        before, colon, value = line.partition(b":")
        is_open = bool(colon) and _NOT_A_NAME.sub(b"", before).lower() == name
        if is_open:
            found.append(value)
    return found


def provable_sender(raw: bytes) -> str:
    """The address in From as `email_key` writes it; "" when there is not exactly one, beyond doubt."""
    values = fields_named(header_lines(raw), b"from")
    if len(values) != 1:
        return ""
    value = values[0].decode("utf-8", "replace").strip(" \t")
    found = _MAILBOX.fullmatch(value)
    if found is None:
        return ""
    email = email_key(found["email"] or found["angled"])
    seen_by_us = [email_key(address.email) for address in parse_address_list(value)]
    domain = domain_of(email)
    is_sure = seen_by_us == [email] and is_host_name(domain) and "." in domain and not is_ip_literal(domain)
    return email if is_sure else ""
