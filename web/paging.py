"""Places in lists that are read by key: opaque texts in addresses, never offsets."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

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
    return base64.urlsafe_b64encode(json.dumps([key, row_id]).encode()).decode()


def _read(place: str, as_key: Any) -> tuple[Any, int] | None:  # noqa: ANN401  (a type or a function)
    """None for what we did not write: the list then begins at its beginning."""
    try:
        key, row_id = json.loads(base64.urlsafe_b64decode(place))
        return (as_key(key), row_id) if isinstance(key, str) and isinstance(row_id, int) else None
    except (ValueError, TypeError, binascii.Error):
        return None
