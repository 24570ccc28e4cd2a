"""Companies, leads and customers by beginnings of the words of their names, companies by their phones too. It reads
views, because under row-level security comparing text uses no index. Contacts have their own: crm.contact_search.
"""

from __future__ import annotations

from django.db import connection

from crm.contact_search import MAX_WORDS, MOST
from crm.near_words import words_of
from crm.phone_search import VIEWS as PHONED
from crm.phone_search import find_ids_by_phone

VIEWS = {"company": "crm_company_search", "lead": "crm_lead_search", "customer": "crm_customer_search"}


def find_ids_by_name(kind: str, typed: str) -> list[int]:
    """Of cards of this kind whose name has all the words, or that have this phone."""
    words = words_of(typed)[:MAX_WORDS]
    if not words:
        return []
    condition = " AND ".join(["name ~* %s"] * len(words))
    statement = f"SELECT id FROM {VIEWS[kind]} WHERE {condition} LIMIT {MOST}"  # noqa: S608  (constants only)
    with connection.cursor() as cursor:
        cursor.execute(statement, [rf"\m{word}" for word in words])
        found = [pk for (pk,) in cursor.fetchall()]
    phoned = find_ids_by_phone(kind, typed, most=MOST) if kind in PHONED else []
    return list(dict.fromkeys([*found, *phoned]))[:MOST]
