"""Cards as a file that spreadsheets open, and that crm.csv_import takes back without changing anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.audit import record
from accounts.models import Membership
from crm.card_lists import ListFilter, list_cards
from crm.csv_cells import guarded, join_tags, join_values
from crm.csv_columns import OWN, Column, exported_columns
from crm.models import Card, Contact
from crm.tags import tags_of, with_tags

AT_ONCE = 1000
BOM = "\ufeff"  # Excel takes a file without one for the letters of its own country
_RELATED: dict[str, tuple[str, ...]] = {
    "contact": ("company", "responsible__user", "store"),
    "company": ("responsible__user",),
    "lead": ("company", "responsible__user", "stage__pipeline"),
    "customer": ("company", "responsible__user"),
}
_PARTS = {"contact": ("emails",), "company": (), "lead": ("contacts__emails",), "customer": ("contacts__emails",)}


def export_cards(member: Membership, entity: str, wanted: ListFilter) -> Iterator[str]:
    """The file of what a list has, piece by piece; written down in the audit log (G12)."""
    record(member, "cards.exported", entity=entity, narrowed=bool(wanted))
    columns = exported_columns(entity)
    header = [guarded(str(column.label)) for column in columns]  # now: the reader's language ends with the request
    return _pieces(list_cards(entity, wanted), entity, columns, header)


def _pieces(cards: QuerySet[Any], entity: str, columns: Sequence[Column], header: Sequence[str]) -> Iterator[str]:
    yield BOM + _written([header])
    for batch in _batches(cards, entity):
        yield _written(_cells(card, columns) for card in batch)


def _batches(cards: QuerySet[Any], entity: str) -> Iterator[list[Card]]:
    """In the order of their ids: what is added meanwhile comes last."""
    rows = with_tags(cards.select_related(*_RELATED[entity]).prefetch_related(*_PARTS[entity])).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield batch
        last = batch[-1].pk


def _written(rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def _cells(card: Card, columns: Sequence[Column]) -> list[str]:
    return [_cell(card, column.key) for column in columns]


def _cell(card: Any, key: str) -> str:  # noqa: ANN401  (each kind has other columns)
    if key.startswith(OWN):
        return _own_cell(card.custom_values.get(key.removeprefix(OWN)))
    special = _CELLS.get(key)
    if special:
        return guarded(special(card))
    value = getattr(card, key)
    if isinstance(value, str | list):
        return guarded(value if isinstance(value, str) else join_values(value))
    return "" if value is None else str(value)  # a number or a day: no spreadsheet calculates with that


def _own_cell(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list):
        return guarded(join_values(value))
    return guarded(value) if isinstance(value, str) else "" if value is None else str(value)


def _emails(card: Any) -> str:  # noqa: ANN401
    """Rows of a contact, plain texts of a company."""
    return (
        join_values(row.email for row in card.emails.all()) if isinstance(card, Contact) else join_values(card.emails)
    )


def _contacts(card: Any) -> str:  # noqa: ANN401
    """One address of each: by that they are found again."""
    return join_values(row.email for contact in card.contacts.all() for row in list(contact.emails.all())[:1])


def _responsible(card: Any) -> str:  # noqa: ANN401
    """Who has left could not be made responsible by an import."""
    return card.responsible.user.email if card.responsible and card.responsible.is_active else ""


_CELLS: dict[str, Callable[[Any], str]] = {
    "id": lambda card: str(card.pk),
    "emails": _emails,
    "contacts": _contacts,
    "company": lambda card: card.company.name if card.company else "",
    "store": lambda card: card.store.name if card.store else "",
    "responsible": _responsible,
    "pipeline": lambda card: card.stage.pipeline.name,
    "stage": lambda card: card.stage.name,
    "tags": lambda card: join_tags(tags_of(card)),
}
