"""The rows of bench.big_cards: pipelines by the product's own services, everything else by INSERT ... SELECT."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts.models import Account
from accounts.roles import database_owner
from accounts.tenancy import tenant
from bench import product
from bench.big_cards import CONTACTS, FIRST, LEADS, MORE, NOTED, NOTES
from crm.pipelines import default_stage

WALLS = (
    "crm_contact",
    "crm_contactemail",
    "crm_lead",
    "crm_leadcontact",
    "crm_note",
    "crm_stage",
    "threads_cardlink",
    "threads_message",
    "threads_participant",
)


def add_cards(contacts: int) -> dict[int, int]:
    """The first contact of each account; the largest account has so many."""
    for account in Account.objects.all():
        with tenant(account):
            default_stage()
    with database_owner(), _without_walls() as cursor:
        cursor.execute(CONTACTS)
        cursor.execute(MORE, [contacts])
        cursor.execute(LEADS)
        cursor.execute(NOTED, [NOTES])
        cursor.execute(FIRST)
        first = dict(cursor.fetchall())
    product.vacuum()
    return first


@contextmanager
def _without_walls() -> Iterator[Any]:
    """psycopg2's own cursor, past row-level security."""
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        for table in WALLS:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        yield cursor
        for table in WALLS:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
