"""Very many rows at once: COPY into a staging table, then one statement.

PostgreSQL refuses COPY into tables behind row-level security, so the rows come by a table of the transaction's own.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Model

from accounts.tenancy import current_account_id, raw_cursor

Cell = str | int | bool | date | datetime | Decimal | Sequence[str] | dict[str, object] | None
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
STAGING = "crm_staged_rows"


def take_ids(model: type[Model], count: int) -> list[int]:
    """Ids that no other row will get: whoever points to the new rows can be written at once."""
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def insert_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Rows of the current account; those that a unique key refuses are there already, and are left out."""
    names = ", ".join(columns)
    _stage_and_run(
        model,
        columns,
        rows,
        f"INSERT INTO {model._meta.db_table} (account_id, {names}) SELECT %s, {names} FROM {STAGING} "  # noqa: S608
        "ON CONFLICT DO NOTHING",
        [current_account_id()],
    )


def update_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Each row begins with its id."""
    changes = ", ".join(f"{name} = s.{name}" for name in columns if name != "id")
    table = model._meta.db_table
    _stage_and_run(
        model,
        columns,
        rows,
        f"UPDATE {table} t SET {changes} FROM {STAGING} s WHERE t.id = s.id",  # noqa: S608
        [],
    )


def count_cards() -> None:
    """Have PostgreSQL count the cards, those of this transaction too.

    Foreign keys are checked at the commit, row by row, with one plan. When autovacuum has counted nothing in a table
    that so far is filled in this transaction alone, that plan may be an index that finds all rows of the account: the
    commit of 100,000 then takes longer than anybody waits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_count_cards()")


def _stage_and_run(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Cell]], sql: str, params: list[int]
) -> None:
    names, lines = ", ".join(columns), io.StringIO()
    for row in rows:
        lines.write("\t".join(map(_cell, row)) + "\n")
    if not lines.tell():
        return
    lines.seek(0)
    with raw_cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {STAGING} ON COMMIT DROP AS SELECT {names} FROM {model._meta.db_table} WITH NO DATA"  # noqa: S608
        )
        cursor.copy_expert(f"COPY {STAGING} ({names}) FROM STDIN", lines)
        cursor.execute(sql, params)
        cursor.execute(f"DROP TABLE {STAGING}")


def _cell(value: Cell) -> str:
    """As COPY reads text (PostgreSQL's manual, COPY, "Text Format")."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    if isinstance(value, int | Decimal):
        return str(value)
    return _array(value).translate(_ESCAPES)


def _array(values: Sequence[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
