"""Statements that go with nearly every page, planned once for each connection to the database (docs/adr/0042).

PostgreSQL takes 0.2 to 1 ms to plan one of these and 0.1 ms to answer it.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection, models
from django.db.utils import DatabaseError
from psycopg2.errors import DuplicatePreparedStatement, FeatureNotSupported, InvalidSqlStatementName

from accounts.tenancy import has_scope

Params = Sequence[Any] | Mapping[str, Any]
Settings = Mapping[str, str]  # of the database

AS_USUAL: Settings = {}
NOT_WAITING_FOR_THE_DISK: Settings = {"synchronous_commit": "off"}  # for what may be lost in a power cut
_GENERIC: Settings = {"plan_cache_mode": "force_generic_plan"}  # else the first five are planned anew all the same
# Gone, there already, or of a column that a migration has given another type meanwhile ("cached plan must not ...").
_USELESS = (InvalidSqlStatementName, DuplicatePreparedStatement, FeatureNotSupported)

Row = TypeVar("Row", bound=models.Model)


@dataclass
class _Server:
    """What this process knows of the database's side."""

    names: WeakKeyDictionary[Any, set[str]] = field(default_factory=WeakKeyDictionary)  # by connection of the driver
    is_unreliable: bool = False  # what was prepared is not what is there


_server = _Server()


def prepared_rows(sql: str, params: Params, settings: Settings = AS_USUAL) -> list[tuple[Any, ...]]:
    """As plain_rows().

    Each wording of `sql` stays prepared, so there must be few: what differs between members is a parameter. It has one
    plan for all accounts, so it must not be one that is done otherwise for few rows than for many. In a transaction it
    is asked plainly, because an error would spoil it. Behind a pooler a statement may be gone or be there already, and
    a release may change a column under it; then this process asks plainly from there on.
    """
    if connection.in_atomic_block or _server.is_unreliable or not has_scope():
        return plain_rows(sql, params, settings)
    try:
        return _prepared(sql, params, settings)
    except DatabaseError as error:
        if not isinstance(error.__cause__, _USELESS):
            raise
        _server.is_unreliable = True
        return plain_rows(sql, params, settings)


def ask_plainly() -> None:
    """From here on this process prepares nothing: for whoever has to see the statements as they are written."""
    _server.is_unreliable = True


def prepared_models(model: type[Row], sql: str, params: Sequence[Any]) -> list[Row]:
    """Rows of a model, for a statement that selects columns_of(model)."""
    return [read_row(model, row) for row in prepared_rows(sql, params)]


def read_together(together: Sequence[type[models.Model]], row: Sequence[Any]) -> list[Any]:
    """One of each model, for a statement that selects the columns_of() all of them in this order."""
    made, start = [], 0
    for model in together:
        end = start + len(model._meta.concrete_fields)
        made.append(read_row(model, row[start:end]))
        start = end
    return made


def columns_of(model: type[models.Model]) -> str:
    table = model._meta.db_table
    return ", ".join(f'"{table}"."{column.column}"' for column in model._meta.concrete_fields)


def read_row(model: type[Row], row: Sequence[Any]) -> Row:
    """What Django makes of such a row."""
    names, converters = _facts_of(model)
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


@functools.cache
def _facts_of(model: type[models.Model]) -> tuple[tuple[str, ...], tuple[tuple[int, Callable[..., Any]], ...]]:
    """The names of its columns, and those places whose values the driver leaves as text."""
    columns = model._meta.concrete_fields
    converters = ((place, getattr(column, "from_db_value", None)) for place, column in enumerate(columns))
    return tuple(column.attname for column in columns), tuple((place, found) for place, found in converters if found)


def plain_rows(sql: str, params: Params, settings: Settings = AS_USUAL) -> list[tuple[Any, ...]]:
    """As cursor.execute(sql, params) and fetchall(). The settings are for this statement alone."""
    with connection.cursor() as cursor:
        cursor.execute(_under(settings, sql), params)
        rows = cursor.fetchall()
        if settings and connection.in_atomic_block:  # else it was a transaction by itself
            cursor.execute(_under(dict.fromkeys(settings, "DEFAULT"), ""))
    return rows


def _under(settings: Settings, sql: str) -> str:
    return "".join(f"SET LOCAL {name} = {value}; " for name, value in settings.items()) + sql


def _prepared(sql: str, params: Params, settings: Settings) -> list[tuple[Any, ...]]:
    name, prepare, execute = _written(sql, len(params))
    with connection.cursor() as cursor:
        known = _server.names.setdefault(connection.connection, set())
        if name not in known:
            cursor.execute(prepare)
            known.add(name)
        cursor.execute(_under({**_GENERIC, **settings}, execute), params)
        return cursor.fetchall()


@functools.lru_cache(maxsize=256)
def _written(sql: str, count: int) -> tuple[str, str, str]:
    """Its name, which says the words, and the statements that prepare and execute it."""
    name = f"crm_{hashlib.sha256(sql.encode()).hexdigest()[:24]}"
    places: dict[str, int] = {}  # of those that have names, which may stand at several places

    def number(match: re.Match[str]) -> str:
        key = match[0] if match[1] else f"%s{len(places)}"
        return f"${places.setdefault(key, len(places) + 1)}"

    numbered = re.sub(r"%\((\w+)\)s|%s", number, sql)
    given = f"({', '.join(key if key.startswith('%(') else '%s' for key in places)})" if count else ""
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name}{given}"
