"""What cards say about addresses, for lists of letters. Written as SQL: these go with every page of such a list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from accounts.prepared import prepared_rows

CONTACTS = "SELECT email_key, min(contact_id) FROM crm_contactemail WHERE email_key = ANY(%s) GROUP BY email_key"
NAMES = """
SELECT DISTINCT ON (email.email_key) email.email_key, contact.name
FROM crm_contactemail email JOIN crm_contact contact ON contact.id = email.contact_id
WHERE email.email_key = ANY(%s) ORDER BY email.email_key, contact.id
"""
# The newest open lead wins: it comes last.
STAGES = """
SELECT email.email_key, stage.name, stage.position FROM crm_contactemail email
JOIN crm_leadcontact link ON link.contact_id = email.contact_id JOIN crm_lead lead ON lead.id = link.lead_id
JOIN crm_stage stage ON stage.id = lead.stage_id
WHERE email.email_key = ANY(%s) AND stage.kind = 'open' ORDER BY lead.created_at, lead.id
"""
# Companies have no index of their addresses: this is no statement for every page.
COMPANIES = """
SELECT DISTINCT lower(email) FROM crm_company, unnest(emails) AS email WHERE emails <> '{}' AND lower(email) = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class StagePlace:
    """Where a client's lead stands; `position` counts from 0 in its pipeline."""

    name: str
    position: int


def contact_ids_of(email_keys: Collection[str]) -> dict[str, int]:
    """The oldest contact of each address that has one."""
    return dict(_rows(CONTACTS, email_keys))


def contact_names_of(email_keys: Collection[str]) -> dict[str, str]:
    """How the oldest contact of each address is called."""
    return dict(_rows(NAMES, email_keys))


def company_keys(email_keys: Collection[str]) -> set[str]:
    """Those addresses that stand on the card of a company."""
    return {key for (key,) in _rows(COMPANIES, email_keys)}


def open_stages_of(email_keys: Collection[str]) -> dict[str, StagePlace]:
    """The stage of the newest open lead of each address that has one."""
    return {key: StagePlace(name, position) for key, name, position in _rows(STAGES, email_keys)}


def _rows(statement: str, email_keys: Collection[str]) -> list[tuple[Any, ...]]:
    return prepared_rows(statement, [list(email_keys)]) if email_keys else []
