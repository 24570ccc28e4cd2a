"""Statements over many rows at once. They go through Django's cursor, so that each carries its tenant scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that is not sent yet."""

    sql: str
    params: Sequence[Any]


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


def insert(table: str, columns: str, rows: Iterable[Row], *, slots: str = "", tail: str = "") -> Statement | None:
    """One INSERT, whatever the number of rows; None when there are none. `slots` is a row's, where one is no value."""
    rows = list(rows)
    if not rows:
        return None
    row = slots or f"({', '.join(['%s'] * len(rows[0]))})"
    sql = f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * len(rows))} {tail}"  # noqa: S608  (names are ours)
    return Statement(sql, [value for cells in rows for value in cells])


def run_together(statements: Iterable[Statement | None]) -> None:
    """Changes of different rows as one statement. None of them sees what the others do."""
    wanted = [statement for statement in statements if statement is not None]
    if wanted:
        parts = ", ".join(f"part_{number} AS ({statement.sql})" for number, statement in enumerate(wanted))
        run(f"WITH {parts} SELECT", [value for statement in wanted for value in statement.params])
