"""What people and phones are called and compared by."""

from __future__ import annotations

from collections.abc import Sequence

MAX_NAME = 201  # first and last name with a space between


def shown_name(first_name: str, last_name: str, emails: Sequence[str], phones: Sequence[str]) -> str:
    """What lists show: the name, else the first address or phone; "" when there is nothing."""
    name = f"{first_name} {last_name}".strip()
    return (name or next(iter(emails), "") or next(iter(phones), ""))[:MAX_NAME]


def phone_key(phone: str) -> str:
    """Its digits: what phones are compared by."""
    return "".join(filter(str.isdecimal, phone)) or phone.strip().lower()
