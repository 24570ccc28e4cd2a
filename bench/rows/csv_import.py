"""Contacts from a CSV file, as a worker carries it out, against COPY of the rows it wrote.

COPY goes into twins of the tables, with their indexes, but without row-level security and foreign keys.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from itertools import count

import psycopg2
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import raw_cursor, tenant
from bench import product
from bench.measuring import Samples, interleave
from bench.stage import Stage
from crm.csv_import import start_import, try_import, upload_import
from crm.csv_work import work
from crm.models import CardImport, Contact

SCHEMA = "bench_csv"
TABLES = ("crm_contact", "crm_contactemail", "crm_cardevent")
HEADER = "First name,Last name,Email,Phone\n"
_names = (f"csv{number}" for number in count())


def csv(stage: Stage) -> Iterator[Samples]:
    people = stage.number(100_000)
    lines = (f"First{n},Last{n},person{n}@client{n % 997}.example,+34 600 {n:06}\n" for n in range(people))
    content = (HEADER + "".join(lines)).encode()
    account_id, _took = _import(content)
    twins = _Twins(account_id)
    ours, theirs = interleave(lambda: _import(content)[1], twins.copy, repetitions=stage.repetitions(5))
    twins.drop()
    yield Samples("csv", ours, theirs, {"contacts": people})


def _import(content: bytes) -> tuple[int, float]:
    """The account that it came to, and its seconds."""
    product.clear_everything()
    account_id = product.new_account(next(_names), with_contacts=False)
    with tenant(account_id):
        row = upload_import(Membership.objects.get(), "contact", "people.csv", content)
        work(try_import(row).pk)
        start_import(row)
        began = time.perf_counter()
        work(row.pk)
        took = time.perf_counter() - began
        if CardImport.objects.get().created_count != Contact.objects.count():
            raise RuntimeError("not all contacts came")
    return account_id, took


class _Twins:
    """Empty tables of the owner, and the rows that the import wrote, in COPY's own format."""

    def __init__(self, account_id: int) -> None:
        with tenant(account_id):
            self._rows = {table: _dumped(table) for table in TABLES}
        settings = connection.settings_dict
        self._connection = psycopg2.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            dbname=settings["NAME"],
            user=settings["OWNER_USER"],
            password=settings["OWNER_PASSWORD"],
        )
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
            for table in TABLES:
                cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")

    def copy(self) -> float:
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(f'{SCHEMA}.{table}' for table in TABLES)}")
        began = time.perf_counter()
        with self._connection, self._connection.cursor() as cursor:
            for table, rows in self._rows.items():
                cursor.copy_expert(f"COPY {SCHEMA}.{table} FROM STDIN", io.BytesIO(rows))
        return time.perf_counter() - began

    def drop(self) -> None:
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        self._connection.close()


def _dumped(table: str) -> bytes:
    target = io.BytesIO()
    with raw_cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT * FROM {table}) TO STDOUT", target)
    return target.getvalue()
