"""Two accounts with a few rows each, seen in autocommit and inside a transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts.models import Account
from accounts.services import create_account
from accounts.tenancy import tenant
from crm.models import Pipeline, Stage

Two = tuple[Account, Account]


@pytest.fixture(params=["autocommit", "atomic"])
def two(request: pytest.FixtureRequest) -> Two:
    request.getfixturevalue("transactional_db" if request.param == "autocommit" else "db")
    both = []
    for name in ("a", "b"):
        account = create_account(name, admin_email=f"{name}@{name}.example").account
        with tenant(account):
            pipeline = Pipeline.objects.create(name=f"pipeline {name}")
            Stage.objects.bulk_create(Stage(pipeline=pipeline, name=f"{name}{n}") for n in range(3))
        both.append(account)
    return both[0], both[1]


def rows(sql: str, params: list[Any] | None = None) -> Any:  # noqa: ANN401
    """Through Django's cursor, so through the wrapper."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def bare(sql: str) -> Any:  # noqa: ANN401
    """A psycopg2 cursor past Django: what code gets that forgot everything."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else cursor.rowcount
