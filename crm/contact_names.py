"""What people and phones are called and compared by."""

from __future__ import annotations

from collections.abc import Sequence

MAX_PART = 100  # of a name: first or last
MAX_NAME = 2 * MAX_PART + 1  # both with a space between


def shown_name(first_name: str, last_name: str, emails: Sequence[str], phones: Sequence[str]) -> str:
    """What lists show: the name, else the first address or phone; "" when there is nothing."""
    name = f"{first_name} {last_name}".strip()
    return (name or next(iter(emails), "") or next(iter(phones), ""))[:MAX_NAME]


def names_of(written: str) -> tuple[str, str]:
    """First and last name as a letter writes them: "Petrova, Anna" is turned round, an address is no name."""
    name = " ".join(written.split())
    if "@" in name:
        return "", ""
    last, comma, first = name.partition(", ")
    if not comma:
        first, _space, last = name.partition(" ")
    return first[:MAX_PART].strip(), last[:MAX_PART].strip()


def phone_key(phone: str) -> str:
    """Its digits: what phones are compared by."""
    return "".join(filter(str.isdecimal, phone)) or phone.strip().lower()
