"""What is stored already of that which a file names: read in a few statements, however many lines it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db import connection

from crm.csv_rows import Row
from crm.custom_fields import MODELS
from crm.models import Card, Company, CustomerContact, LeadContact, Tagging
from mailkit.addresses import email_key

AT_ONCE = 5000
LINKS: dict[str, type[LeadContact | CustomerContact]] = {"lead": LeadContact, "customer": CustomerContact}


def keys_of(entity: str, row: Row) -> list[str]:
    """What the row is looked for by: addresses of a contact, else the name. See also Plan._fits()."""
    if entity == "contact" and row.emails:
        return [email_key(email) for email in row.emails]
    name = row.name or f"{row.first_name} {row.last_name}".strip()
    return [f"name:{name.lower()}"] if name else []


class Known:
    """Of these rows. Without `is_matching` no card is looked for: all will be new ones. With `is_holding` nobody else
    changes the cards before the transaction ends.
    """

    def __init__(self, entity: str, rows: Sequence[Row], *, is_matching: bool, is_holding: bool) -> None:
        self._entity, self._model = entity, MODELS[entity]
        self._ids_by_key: dict[str, list[int]] = defaultdict(list)
        self._cards: dict[int, Card] = {}
        self._companies: dict[int, Company] = {}
        self._companies_by_name: dict[str, Company] = {}
        self._emails: dict[int, dict[str, str]] = defaultdict(dict)  # of a contact, by key
        self._tags: dict[int, set[str]] = defaultdict(set)
        self._contacts_at: dict[str, list[int]] = defaultdict(list)
        self._contacts_of: dict[int, set[int]] = defaultdict(set)
        if is_matching:
            self._load_cards(rows, is_holding=is_holding)
        self._load_companies(rows)
        self._load_people(rows)

    def has(self, card_id: int) -> bool:
        return card_id in self._cards

    def card(self, card_id: int) -> Card:
        return self._cards[card_id]

    def with_key(self, key: str) -> Sequence[int]:
        """Ids of the cards that have this address or name (see keys_of)."""
        return self._ids_by_key.get(key, ())

    def emails_of(self, contact_id: int | None) -> dict[str, str]:
        return self._emails.get(contact_id or 0, {})

    def tags_of(self, card_id: int | None) -> Collection[str]:
        """In lower case."""
        return self._tags.get(card_id or 0, ())

    def company(self, company_id: int) -> Company:
        return self._companies[company_id]

    def company_named(self, name: str) -> Company | None:
        """The oldest of this name, in lower case."""
        return self._companies_by_name.get(name)

    def contact_at(self, key: str) -> int | None:
        """The oldest contact with this address."""
        return next(iter(self._contacts_at.get(key, ())), None)

    def takes_part(self, card_id: int | None, key: str) -> bool:
        """Whether a contact with this address is one of the lead's or customer's."""
        return not self._contacts_of.get(card_id or 0, set()).isdisjoint(self._contacts_at.get(key, ()))

    def _load_cards(self, rows: Sequence[Row], *, is_holding: bool) -> None:
        keys = {key for row in rows if row.card_id is None for key in keys_of(self._entity, row)}
        names = [key.removeprefix("name:") for key in keys if key.startswith("name:")]
        sql = f"SELECT id, lower(name) FROM {self._model._meta.db_table} WHERE lower(name) = ANY(%s)"  # noqa: S608
        for card_id, name in _select(sql, names):
            self._ids_by_key[f"name:{name}"].append(card_id)
        if self._entity == "contact":
            for card_id, key in _contacts_at([key for key in keys if not key.startswith("name:")]):
                self._ids_by_key[key].append(card_id)
        wanted = {row.card_id for row in rows if row.card_id is not None}
        wanted.update(card_id for ids in self._ids_by_key.values() for card_id in ids)
        cards = self._model.objects.order_by("pk")
        for ids in _batches(sorted(wanted)):
            self._cards.update((cards.select_for_update(no_key=True) if is_holding else cards).in_bulk(ids))
        self._load_parts(list(self._cards))

    def _load_parts(self, ids: list[int]) -> None:
        """What hangs on the cards that are there."""
        for chunk in _batches(ids):
            tags = Tagging.objects.filter(**{f"{self._entity}__in": chunk})
            for card_id, name in tags.values_list(f"{self._entity}_id", "tag__name"):
                self._tags[card_id].add(name.lower())
        if self._entity == "contact":
            columns = "contact_id, email_key, email"
            sql = f"SELECT {columns} FROM crm_contactemail WHERE contact_id = ANY(%s) ORDER BY position"  # noqa: S608
            for card_id, key, email in _select(sql, ids):
                self._emails[card_id][key] = email
        if link := LINKS.get(self._entity):
            for chunk in _batches(ids):
                links = link.objects.filter(**{f"{self._entity}__in": chunk})
                for card_id, contact_id in links.values_list(f"{self._entity}_id", "contact_id"):
                    self._contacts_of[card_id].add(contact_id)

    def _load_companies(self, rows: Sequence[Row]) -> None:
        current = {getattr(card, "company_id", None) for card in self._cards.values()} - {None}
        for ids in _batches(sorted(current)):
            self._companies.update(Company.objects.only("name").in_bulk(ids))
        names = {row.company.lower() for row in rows if row.company}
        sql = "SELECT id, name FROM crm_company WHERE lower(name) = ANY(%s) ORDER BY id"
        for company_id, name in _select(sql, list(names)):
            self._companies_by_name.setdefault(name.lower(), Company(pk=company_id, name=name))

    def _load_people(self, rows: Sequence[Row]) -> None:
        keys = {email_key(email) for row in rows for email in row.contacts}
        for contact_id, key in _contacts_at(list(keys)):
            self._contacts_at[key].append(contact_id)


def _contacts_at(keys: list[str]) -> list[tuple[Any, ...]]:
    sql = "SELECT contact_id, email_key FROM crm_contactemail WHERE email_key = ANY(%s) ORDER BY contact_id"
    return _select(sql, keys)


def _select(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    if not values:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(values)])
        return cursor.fetchall()


def _batches(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    yield from (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
