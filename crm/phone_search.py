"""Contacts and companies by the digits of their phones. It reads views, because under row-level security comparing text
uses no index.
"""

from __future__ import annotations

import re

from accounts.prepared import plain_rows
from crm.contact_names import phone_key

VIEWS = {"contact": "crm_contact_phone_search", "company": "crm_company_phone_search"}
MIN_DIGITS = 5
OWN_DIGITS = 9  # without the country: its code may be typed and not stored, or the other way round
_PHONE = re.compile(r"[\d\s()+./-]{,80}", re.ASCII)


def find_ids_by_phone(kind: str, typed: str, *, most: int) -> list[int]:
    """None when what was typed is no phone, or too little of one."""
    digits = phone_key(typed) if _PHONE.fullmatch(typed) else ""
    if not (digits.isdecimal() and len(digits) >= MIN_DIGITS):
        return []
    found = plain_rows(
        f"SELECT id FROM {VIEWS[kind]} WHERE phones <> '{{}}' AND digits LIKE %s LIMIT {most}",  # noqa: S608  (constants only)
        [f"%{digits[-OWN_DIGITS:]}%"],
    )
    return [pk for (pk,) in found]
