"""The fastest way of letters into PostgreSQL: COPY into a staging table, then INSERT ... SELECT ... ON CONFLICT.

The rows are those that filing has made, and the tables have the columns and indexes of the real ones, but no row-level
security and no foreign keys. The search vector is computed here too, from the same words.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg2
from django.apps import apps
from django.db import connection

from accounts.tenancy import raw_cursor
from threads.letters import PreparedLetter

SCHEMA = "bench_copy"
OF_MESSAGES = "message_id = ANY(%s)"
# Each table with what chooses the rows of a batch, whose letters have these ids.
TABLES = {
    "threads_thread": "id IN (SELECT thread_id FROM threads_message GROUP BY thread_id HAVING min(id) = ANY(%s))",
    "threads_message": "id = ANY(%s)",
    "threads_participant": OF_MESSAGES,
    "threads_attachment": OF_MESSAGES,
    "threads_correspondent": "email_key IN (SELECT email_key FROM threads_participant WHERE message_id = ANY(%s))",
    "threads_cardlink": OF_MESSAGES,
    "threads_folderentry": OF_MESSAGES,
    "threads_messagebody": OF_MESSAGES,
}
BODIES = "threads_messagebody"
WORDS = "words"
SEARCHED = 4  # the last cells of a body's row: what its search vector is made of (threads.letter_rows)


@dataclass(frozen=True, slots=True)
class BatchRows:
    """The rows of one batch in COPY's own format, by table; `words` are what the search vectors are made of."""

    by_table: dict[str, bytes]
    words: bytes


def dump_batch(letters: Sequence[PreparedLetter], message_ids: Sequence[int]) -> BatchRows:
    """What filing made of these letters. Needs the account's scope."""
    ids = list(message_ids)
    with raw_cursor() as cursor:
        by_table = {}
        for table, condition in TABLES.items():
            query = cursor.mogrify(f"COPY (SELECT {_columns(table)} FROM {table} WHERE {condition}) TO STDOUT", [ids])
            target = io.BytesIO()
            cursor.copy_expert(query, target)
            by_table[table] = target.getvalue()
        cursor.execute("SELECT identity, id FROM threads_message WHERE id = ANY(%s)", [ids])
        by_identity = {bytes(identity): pk for identity, pk in cursor.fetchall()}
    return BatchRows(by_table, _words(letters, by_identity))


def _columns(table: str) -> str:
    """All but the search vector."""
    (model,) = (model for model in apps.get_models() if model._meta.db_table == table)
    return ", ".join(field.column for field in model._meta.local_concrete_fields if field.column != "search")


def _words(letters: Sequence[PreparedLetter], by_identity: dict[bytes, int]) -> bytes:
    lines = []
    for letter in letters:
        cells = [str(cell) for cell in letter.cells.body[-SEARCHED:]]
        lines.append("\t".join([str(by_identity[letter.parsed.identity]), *map(_copy_cell, cells)]))
    return ("\n".join(lines) + "\n").encode("utf-8", "ignore")


def _copy_cell(text: str) -> str:
    """Text as COPY reads it."""
    escapes = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""}
    return "".join(escapes.get(char, char) for char in text)


class CopyTables:
    """Empty twins of the real tables, of the owner: no policy is in the way."""

    def __init__(self) -> None:
        settings = connection.settings_dict
        self._connection = psycopg2.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            dbname=settings["NAME"],
            user=settings["OWNER_USER"],
            password=settings["OWNER_PASSWORD"],
        )
        self._columns = {table: _columns(table) for table in TABLES}
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
            for table, columns in self._columns.items():
                cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
                staging = f"SELECT {columns} FROM {table} WITH NO DATA"
                cursor.execute(f"CREATE TEMP TABLE new_{table} ON COMMIT DELETE ROWS AS {staging}")
            words = "message_id bigint, subject text, people text, body text, marks text"
            cursor.execute(f"CREATE TEMP TABLE {WORDS} ({words}) ON COMMIT DELETE ROWS")

    def store(self, batches: Sequence[BatchRows]) -> float:
        """The seconds for all of them, a transaction each."""
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(f'{SCHEMA}.{table}' for table in TABLES)}")
        began = time.perf_counter()
        for batch in batches:
            self._store_batch(batch)
        return time.perf_counter() - began

    def _store_batch(self, batch: BatchRows) -> None:
        with self._connection, self._connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {WORDS} FROM STDIN", io.BytesIO(batch.words))
            for table, columns in self._columns.items():
                cursor.copy_expert(f"COPY new_{table} FROM STDIN", io.BytesIO(batch.by_table[table]))
                cursor.execute(_insert(table, columns))

    def drop(self) -> None:
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        self._connection.close()


def _insert(table: str, columns: str) -> str:
    if table != BODIES:
        return f"INSERT INTO {SCHEMA}.{table} ({columns}) SELECT * FROM new_{table} ON CONFLICT DO NOTHING"
    vector = f"threads_search_vector({WORDS}.subject, {WORDS}.people, {WORDS}.body, {WORDS}.marks)"
    joined = f"new_{table} JOIN {WORDS} USING (message_id)"
    of_bodies = ", ".join(f"new_{table}.{column}" for column in columns.split(", "))
    rows = f"SELECT {of_bodies}, {vector} FROM {joined}"
    return f"INSERT INTO {SCHEMA}.{table} ({columns}, search) {rows} ON CONFLICT DO NOTHING"
