"""Companies, leads and customers by beginnings of the words of their names. It reads views, because under row-level
security comparing text uses no index. Contacts have their own: crm.contact_search.
"""

from __future__ import annotations

from django.db import connection

from crm.contact_search import MAX_WORDS, MOST
from crm.near_words import words_of

VIEWS = {"company": "crm_company_search", "lead": "crm_lead_search", "customer": "crm_customer_search"}


def find_ids_by_name(kind: str, typed: str) -> list[int]:
    """Of cards of this kind whose name has all the words."""
    words = words_of(typed)[:MAX_WORDS]
    if not words:
        return []
    condition = " AND ".join(["name ~* %s"] * len(words))
    statement = f"SELECT id FROM {VIEWS[kind]} WHERE {condition} LIMIT {MOST}"  # noqa: S608  (constants only)
    with connection.cursor() as cursor:
        cursor.execute(statement, [rf"\m{word}" for word in words])
        return [pk for (pk,) in cursor.fetchall()]
