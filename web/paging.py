"""Places in lists that are read by key: opaque texts in addresses, never offsets."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from crm.keyset import Key, comparable, in_order, keys_of, rows_after, unpacked

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the place where the next ones begin: "" at the end."""

    rows: Sequence[Row]
    next_place: str


def page_by_name(rows: QuerySet[Any], place: str, *, size: int) -> Page[Any]:
    """In the order of (name, id)."""
    after = _read(place, str)
    if after:
        name, row_id = after
        rows = rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=row_id))
    found = list(rows.order_by("name", "pk")[: size + 1])
    return Page(found[:size], _write(found[size - 1].name, found[size - 1].pk) if len(found) > size else "")


def page_sorted(rows: QuerySet[Any], place: str, ordering: Sequence[str], *, size: int) -> Page[Any]:
    """In any order that ends with a unique field: see crm.keyset."""
    keys = keys_of(rows.model, ordering)
    after = _values_of(place, keys)
    found = list(in_order(rows.filter(rows_after(keys, after)) if after else rows, keys)[: size + 1])
    if len(found) <= size:
        return Page(found, "")
    last = [key.field.value_to_string(found[size - 1]) for key in keys]
    nothing = [getattr(found[size - 1], key.field.attname) is None for key in keys]
    plain = [None if is_none else text for text, is_none in zip(last, nothing, strict=True)]
    return Page(found[:size], _packed(plain))


def _values_of(place: str, keys: Sequence[Key]) -> list[Any] | None:
    """None for what we did not write ourselves."""
    try:
        values = [key.field.to_python(value) for key, value in zip(keys, unpacked(place), strict=True)]
        is_wrong = any(value is None and not key.field.null for key, value in zip(keys, values, strict=True))
        return None if is_wrong else [comparable(value) for value in values]
    except (ValueError, TypeError, ValidationError):
        return None


def page_by_time(rows: QuerySet[Any], place: str, *, size: int, field: str = "created_at") -> Page[Any]:
    """Newest first, in the order of (field, id)."""
    found = list(older_than(rows, place, field)[: size + 1])
    return Page(found[:size], place_of(found[size - 1], field) if len(found) > size else "")


def span_by_time(rows: QuerySet[Any], start: str, end: str, *, field: str = "created_at") -> Page[Any]:
    """A page once more, from place to place: with what has come into it, without what has gone."""
    found, last = older_than(rows, start, field), _read(end, datetime.fromisoformat)
    if last:
        moment, row_id = last
        found = found.filter(Q(**{f"{field}__gt": moment}) | Q(**{field: moment, "pk__gte": row_id}))
    return Page(list(found), "")


def page_by_due(rows: QuerySet[Any], place: str, *, size: int) -> Page[Any]:
    """What is due next first, in the order of (due_at, id)."""
    found = list(_due_after(rows, place)[: size + 1])
    return Page(found[:size], place_of(found[size - 1], "due_at") if len(found) > size else "")


def span_by_due(rows: QuerySet[Any], start: str, end: str) -> Page[Any]:
    """Such a page once more, from place to place."""
    found, last = _due_after(rows, start), _read(end, datetime.fromisoformat)
    if last:
        moment, row_id = last
        found = found.filter(Q(due_at__lt=moment) | Q(due_at=moment, pk__lte=row_id))
    return Page(list(found), "")


def _due_after(rows: QuerySet[Any], place: str) -> QuerySet[Any]:
    after = _read(place, datetime.fromisoformat)
    if after:
        moment, row_id = after
        rows = rows.filter(Q(due_at__gt=moment) | Q(due_at=moment, pk__gt=row_id))
    return rows.order_by("due_at", "pk")


def older_than(rows: QuerySet[Any], place: str, field: str) -> QuerySet[Any]:
    """What comes after this place, newest first."""
    before = _read(place, datetime.fromisoformat)
    if before:
        moment, row_id = before
        rows = rows.filter(Q(**{f"{field}__lt": moment}) | Q(**{field: moment, "pk__lt": row_id}))
    return rows.order_by(f"-{field}", "-pk")


def place_of(row: Any, field: str) -> str:  # noqa: ANN401  (a row of any model)
    """Where the rows after this one begin."""
    return _write(getattr(row, field).isoformat(), row.pk)


def _write(key: str, row_id: int) -> str:
    return _packed([key, row_id])


def _packed(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _read(place: str, as_key: Any) -> tuple[Any, int] | None:  # noqa: ANN401  (a type or a function)
    """None for what we did not write: the list then begins at its beginning."""
    try:
        key, row_id = unpacked(place)
        is_ours = isinstance(key, str) and isinstance(row_id, int)
        return (comparable(as_key(key)), comparable(row_id)) if is_ours else None
    except (ValueError, TypeError):
        return None
