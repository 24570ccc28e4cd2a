"""Statements over many rows at once. They go through Django's cursor, so that each carries its tenant scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

Row = Sequence[Any]


def run(statement: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """The number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def select(statement: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def values(rows: Sequence[Row], *, casts: Sequence[str] = ()) -> tuple[str, list[Any]]:
    """A VALUES list and its parameters. `casts` types the columns where no target table does."""
    slots = [f"%s::{cast}" for cast in casts] or ["%s"] * len(rows[0])
    return ", ".join([f"({', '.join(slots)})"] * len(rows)), [value for row in rows for value in row]


def insert(table: str, columns: str, rows: Iterable[Row], *, tail: str = "") -> list[tuple[Any, ...]]:
    """One INSERT, whatever the number of rows; what `tail` RETURNS, in the order of the rows."""
    rows = list(rows)
    if not rows:
        return []
    slots, params = values(rows)
    statement = f"INSERT INTO {table} ({columns}) VALUES {slots} {tail}"  # noqa: S608  (names are ours)
    if "RETURNING" in tail:
        return select(statement, params)
    run(statement, params)
    return []
