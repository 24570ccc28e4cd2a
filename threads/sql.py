"""Statements over many rows at once. They go through Django's cursor, so that each carries its tenant scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, Model
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from accounts.prepared import AS_USUAL, Params, Settings, plain_rows

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


def select(statement: str, params: Params = (), settings: Settings = AS_USUAL) -> list[tuple[Any, ...]]:
    return plain_rows(statement, params, settings)


class AnyOf(Lookup):
    """One of many ids, for filter(): as one array. `__in` writes each of them for itself, which takes milliseconds."""

    lookup_name = "any_of"
    prepare_rhs = False

    def __init__(self, lhs: Combinable, ids: Iterable[int]) -> None:
        super().__init__(lhs, list(ids))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        if not self.rhs:
            raise EmptyResultSet  # nothing has to be asked
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, self.rhs]


def values(rows: Sequence[Row], *, casts: Sequence[str] = ()) -> tuple[str, list[Any]]:
    """A VALUES list and its parameters. `casts` types the columns where no target table does."""
    slots = [f"%s::{cast}" for cast in casts] or ["%s"] * len(rows[0])
    return ", ".join([f"({', '.join(slots)})"] * len(rows)), [value for row in rows for value in row]


@dataclass(frozen=True, slots=True)
class Computed:
    """A column whose value the database makes: a template of SQL, and the types of the cells that go into it."""

    template: str  # such as "lower({})"
    types: Sequence[str]


def insert(
    model: type[Model], columns: str, rows: Iterable[Row], *, last: Computed | None = None, tail: str = ""
) -> Statement | None:
    """One INSERT, whatever the number of rows; None when there are none. `last` says how the last column is made.

    Each column travels as one array: to PostgreSQL's parser a cell of VALUES is an expression, and psycopg2 adapts each
    parameter by itself. Together they took as long as everything else that a narrow row costs (docs/adr/0010).
    """
    rows = list(rows)
    if not rows:
        return None
    names = [name.strip() for name in columns.split(",")]
    types = [_types(model)[name] for name in (names[:-1] if last else names)]
    cells = [f"v.c{index}" + (f"::{kind}" if kind.endswith("[]") else "") for index, kind in enumerate(types)]
    if last:
        cells.append(last.template.format(*(f"v.c{len(types) + index}" for index in range(len(last.types)))))
        types += last.types
    arrays = ", ".join(f"%s::{'text' if kind.endswith('[]') else kind}[]" for kind in types)
    columns_of_v = ", ".join(f"c{index}" for index in range(len(types)))
    sql = (
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {', '.join(cells)} "  # noqa: S608  (names are ours)
        f"FROM unnest({arrays}) AS v({columns_of_v}) {tail}"
    )
    return Statement(sql, [array_literal(column) for column in zip(*rows, strict=True)])


@cache
def _types(model: type[Model]) -> dict[str, str]:
    """The type of each column, without its length: what is too long is refused by the table, not cut."""
    fields = model._meta.local_concrete_fields
    kinds = {field.column: (field.db_type(connection) or "").partition("(") for field in fields}
    return {column: kind + ("[]" if rest.endswith("[]") else "") for column, (kind, _, rest) in kinds.items()}


def array_literal(cells: Iterable[object]) -> str:
    """`{1,NULL,"it \\"is\\""}`: an array as PostgreSQL reads it (its manual, section 8.15.2)."""
    return f"{{{','.join([_CELLS.get(type(cell), _odd_cell)(cell) for cell in cells])}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _odd_cell(cell: object) -> str:
    """A string's kin, such as a member of an enumeration; other values as they write themselves."""
    return _quoted(cell) if isinstance(cell, str) else str(cell)


# By its type, because there are some eighty cells in a letter.
_CELLS: Mapping[type, Callable[[Any], str]] = {
    str: _quoted,
    int: str,
    type(None): lambda _cell: "NULL",
    bytes: lambda cell: f'"\\\\x{cell.hex()}"',
    list: lambda cell: _quoted(array_literal(cell)),
    datetime: datetime.isoformat,
}


def run_together(statements: Iterable[Statement | None]) -> None:
    """Changes of different rows as one statement. None of them sees what the others do."""
    wanted = [statement for statement in statements if statement is not None]
    if wanted:
        parts = ", ".join(f"part_{number} AS ({statement.sql})" for number, statement in enumerate(wanted))
        run(f"WITH {parts} SELECT", [value for statement in wanted for value in statement.params])
