"""Pages of sorted rows by key: the next one begins after the last row, however much was added meanwhile.

An ordering is written as Django writes it, ("-price", "-id"), and ends with a unique field. Nothing (NULL) comes last.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

MOST_DIGITS = 30  # before the point: no column has room for more


@dataclass(frozen=True, slots=True)
class Key:
    """One field of an ordering. Read backwards, nothing comes first."""

    field: Field[Any, Any]
    is_descending: bool
    is_backwards: bool = False

    @property
    def order(self) -> OrderBy:
        """Says where NULL stands only where there may be one: an index fits only what it says itself."""
        column, nulls = F(self.field.name), {}
        if self.field.null:
            nulls = {"nulls_first": True} if self.is_backwards else {"nulls_last": True}
        return column.desc(**nulls) if self.is_descending else column.asc(**nulls)

    def turned(self) -> Key:
        return Key(self.field, not self.is_descending, not self.is_backwards)


def keys_of(model: type[Model], ordering: Sequence[str]) -> list[Key]:
    names = [(name.lstrip("-"), name.startswith("-")) for name in ordering]
    return [Key(_field(model, name), is_descending) for name, is_descending in names]


def in_order(rows: QuerySet[Any], keys: Sequence[Key]) -> QuerySet[Any]:
    return rows.order_by(*(key.order for key in keys))


def rows_after(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """`a <= x AND (a < x OR (a = x AND ...))`: the first condition is what the index begins with."""
    key, value = keys[0], values[0]
    name = key.field.name
    beyond = _beyond(key, value)
    if len(keys) == 1:
        return beyond
    same = Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    either = beyond | same & rows_after(keys[1:], values[1:])
    if key.field.null:
        return either
    return Q(**{f"{name}__{'lt' if key.is_descending else 'gt'}e": value}) & either


def _beyond(key: Key, value: object) -> Q:
    """Of this key alone."""
    is_null = Q(**{f"{key.field.name}__isnull": True})
    if value is None:
        return ~is_null if key.is_backwards else Q(pk__in=[])
    further = Q(**{f"{key.field.name}__{'lt' if key.is_descending else 'gt'}": value})
    return further | is_null if key.field.null and not key.is_backwards else further


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101  (orderings are written in this code, by columns of the table)
    return field


def unpacked(text: str) -> Any:  # noqa: ANN401  (JSON)
    """A place in a list as addresses have it. Raises ValueError for what was never packed."""
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except RecursionError as error:
        raise ValueError("not a place in a list") from error


def comparable(value: Any) -> Any:  # noqa: ANN401  (as given)
    """The value, if the database can compare a column with it. Raises ValueError."""
    if isinstance(value, str):
        value.encode()  # UnicodeEncodeError is a ValueError
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    is_beyond = isinstance(value, Decimal) and not (value.is_finite() and value.adjusted() < MOST_DIGITS)
    if isinstance(value, bool) or is_beyond or (isinstance(value, str) and "\0" in value):
        raise ValueError("nothing that a column holds")
    return in_utc(value) if isinstance(value, datetime) else value


def in_utc(moment: datetime) -> datetime:
    """PostgreSQL does not know all offsets that Python does. Raises ValueError beyond the calendar."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
