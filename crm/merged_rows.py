"""What hangs on contacts that become one: who points to them, which rows go along, and how all comes back.

Rows are kept as PostgreSQL writes them (to_jsonb) and come back as it reads them, so that what comes back is what went.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Field, ForeignKey, GeneratedField, Model, UniqueConstraint

from crm.models import Contact, ContactEmail

Values = dict[str, Any]  # of a row, by column


@dataclass(frozen=True, slots=True)
class Moved:
    """By "table.column": (row, the contact it was of), and whole rows that would have stood there twice."""

    rows: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    doubles: dict[str, list[Values]] = field(default_factory=dict)

    def as_json(self) -> Values:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Values) -> Moved:
        return cls(stored["rows"], stored["doubles"])


def snapshot_contacts(contacts: Sequence[Contact]) -> Values:
    """Contacts and addresses as they are, for restore_contacts."""
    ids = [contact.pk for contact in contacts]
    return {
        "contacts": _read(Contact, "id = ANY(%s)", ids),
        "emails": _read(ContactEmail, "contact_id = ANY(%s)", ids),
    }


def row_of(contact: Contact) -> Values:
    """As it is, for restore_contacts to tell what was changed since then."""
    return _read(Contact, "id = ANY(%s)", [contact.pk])[0]


def restore_contacts(kept: Contact, before: Values, after: Values) -> list[Contact]:
    """All of them, the kept one first. What was changed on that since it was as `after` says stays, and so does an
    address that came to it.
    """
    now = row_of(kept)
    own = {column: _as_changed(value, after[column], now[column]) for column, value in _row(before, kept.pk).items()}
    rows: list[Values] = [own if row["id"] == kept.pk else row for row in before["contacts"]]
    ids = [row["id"] for row in rows]
    keys = [row["email_key"] for row in before["emails"]]
    ContactEmail.objects.filter(contact=kept, email_key__in=keys).delete()
    _write(Contact, rows)
    _write(ContactEmail, before["emails"])
    return sorted(Contact.objects.filter(pk__in=ids), key=lambda row: (row.pk != kept.pk, row.pk))


def _row(before: Values, row_id: int) -> Values:
    return next(row for row in before["contacts"] if row["id"] == row_id)


def _as_changed(before: Any, after: Any, now: Any) -> Any:  # noqa: ANN401  (JSON)
    """The value of before, with what was changed between `after` and now; of lists and objects what is in them."""
    if now == after:
        return before
    if isinstance(before, dict) and isinstance(after, dict) and isinstance(now, dict):
        names = dict.fromkeys([*before, *now])
        values = {name: _as_changed(before.get(name), after.get(name), now.get(name)) for name in names}
        return {name: value for name, value in values.items() if value is not None}
    if isinstance(before, list) and isinstance(after, list) and isinstance(now, list):
        return [each for each in now if each in before or each not in after]
    return now


def adopt_rows(kept: Contact, going: Sequence[Contact]) -> Moved:
    """Everything that points to one of these comes to the kept one."""
    moved, ids = Moved(), [contact.pk for contact in going]
    for key in _pointing_keys():
        rows, doubles = _sorted_out(key, kept.pk, ids)
        table, name = _table(key), _name(key)
        if doubles:
            moved.doubles[name] = _read(key.model, "id = ANY(%s)", doubles)
            _run(f"DELETE FROM {table} WHERE id = ANY(%s)", [doubles])  # noqa: S608
        if rows:
            moved.rows[name] = rows
            sql = f"UPDATE {table} SET {key.column} = %s WHERE id = ANY(%s)"  # noqa: S608
            _run(sql, [kept.pk, [row_id for row_id, _contact_id in rows]])
    return moved


def return_rows(kept: Contact, moved: Moved) -> None:
    """What is still with the kept one goes back: the last moved first, as a row may point with two of its columns."""
    for key in reversed([*_pointing_keys()]):
        for contact_id, ids in _by_contact(moved.rows.get(_name(key), [])).items():
            sql = f"UPDATE {_table(key)} SET {key.column} = %s WHERE id = ANY(%s) AND {key.column} = %s"  # noqa: S608
            _run(sql, [contact_id, ids, kept.pk])
        _write(key.model, moved.doubles.get(_name(key), []))


def _pointing_keys() -> Iterator[ForeignKey[Any, Any]]:
    """Foreign keys to contacts, of all rooms. Addresses have rules of their own, and what follows them is made anew."""
    for relation in Contact._meta.get_fields(include_hidden=True):
        key = getattr(relation, "field", None)
        if not (relation.auto_created and relation.one_to_many and isinstance(key, ForeignKey)):
            continue
        if key.model is not ContactEmail and not getattr(key.model, "follows_addresses", False):
            yield key


def _sorted_out(key: ForeignKey[Any, Any], kept_id: int, ids: list[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Rows of these contacts that can go along, each with its contact, and those that the kept one has already."""
    unique = _unique_columns(key)
    columns = ", ".join(["id", key.column, *unique])
    sql = (
        f"SELECT {columns} FROM {key.model._meta.db_table} WHERE {key.column} = ANY(%s) ORDER BY {key.column} <> %s, id"  # noqa: S608
    )
    seen: set[tuple[Any, ...]] = set()
    rows, doubles = [], []
    for row_id, contact_id, *values in _run(sql, [[kept_id, *ids], kept_id]):
        if unique and tuple(values) in seen:
            doubles.append(row_id)
        elif contact_id != kept_id:
            rows.append((row_id, contact_id))
        seen.add(tuple(values))
    return rows, doubles


def _unique_columns(key: ForeignKey[Any, Any]) -> list[str]:
    """Columns in which two rows of one contact may not agree."""
    for constraint in key.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and key.name in constraint.fields:
            names = [name for name in constraint.fields if name not in ("account", key.name)]
            return [str(key.model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
    return []


def _table(key: ForeignKey[Any, Any]) -> str:
    return str(key.model._meta.db_table)


def _name(key: ForeignKey[Any, Any]) -> str:
    return f"{_table(key)}.{key.column}"


def _by_contact(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row_id, contact_id in rows:
        found.setdefault(contact_id, []).append(row_id)
    return found


def _read(model: type[Model], condition: str, ids: list[int]) -> list[Values]:
    sql = f"SELECT to_jsonb(t) FROM {model._meta.db_table} t WHERE {condition} ORDER BY id"  # noqa: S608
    found = [row[0] for row in _run(sql, [ids])]
    return [json.loads(row) if isinstance(row, str) else row for row in found]


def _write(model: type[Model], rows: Sequence[Values]) -> None:
    """Insert the rows, or put them in the place of those with their ids."""
    pointing = [field for field in _columns(model) if isinstance(field, ForeignKey) and field.name != "account"]
    there = [row for row in (_without_lost(pointing, row) for row in rows) if row is not None]
    if not there:
        return
    table, names = model._meta.db_table, [connection.ops.quote_name(str(each.column)) for each in _columns(model)]
    listed, changes = ", ".join(names), ", ".join(f"{name} = excluded.{name}" for name in names)
    sql = f"""INSERT INTO {table} ({listed}) SELECT {listed} FROM jsonb_populate_recordset(null::{table}, %s::jsonb)
              ON CONFLICT (id) DO UPDATE SET {changes}"""  # noqa: S608
    _run(sql, [json.dumps(there)])


def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [column for column in model._meta.local_concrete_fields if not isinstance(column, GeneratedField)]


def _without_lost(pointing: Sequence[ForeignKey[Any, Any]], row: Values) -> Values | None:
    """What it pointed to may be gone since: then it points to nothing, or is not written when it has to."""
    changed = dict(row)
    for key in pointing:
        value = row[key.column]
        if value is None or _is_there(key, value):
            continue
        if not key.null:
            return None
        changed[key.column] = None
    return changed


def _is_there(key: ForeignKey[Any, Any], row_id: int) -> bool:
    return bool(_run(f"SELECT 1 FROM {key.target_field.model._meta.db_table} WHERE id = %s", [row_id]))  # noqa: S608


def _run(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
