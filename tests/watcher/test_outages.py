"""PostgreSQL or the broker is away: connections are kept, and what happened meanwhile is not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from django.db import connection

from crm_mail.celery import app
from tests.flows.waiting import eventually
from tests.watcher.conftest import MakeWatched, Watch
from tests.watcher.idle_server import IdleServer


@contextmanager
def database_away() -> Iterator[None]:
    """Those who are in are thrown out, and nobody is let in. The test's own connection stays."""
    ours = connection.settings_dict
    owner = psycopg2.connect(
        host=ours["HOST"],
        port=ours["PORT"],
        dbname=ours["NAME"],
        user=ours["OWNER_USER"],
        password=ours["OWNER_PASSWORD"],
    )
    owner.autocommit = True
    with owner.cursor() as cursor:
        name = cursor.connection.info.dbname
        cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
        try:
            end_other_connections()
            yield
        finally:
            cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
            owner.close()


def end_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.mark.rule("A06")
def test_a_mailbox_is_woken_when_the_database_is_back(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = watched(plain_server, "anna")
    with watching() as office:
        plain_server.wait_for("anna")
        office.waits_for_wake(mailbox)
        with database_away():
            plain_server.say("anna", "4 EXISTS")
            eventually(lambda: {"mailboxes not woken", "mailboxes not read"} <= set(caplog.messages), timeout=20)
            assert plain_server.idling("anna")
        office.waits_for_wake(mailbox)
        assert plain_server.logins == ["anna"]


def test_without_a_broker_the_mailbox_is_due_all_the_same(
    watching: Watch,
    watched: MakeWatched,
    plain_server: IdleServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox = watched(plain_server, "anna")
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", "redis://localhost:1/0")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    with watching() as office:
        plain_server.wait_for("anna")
        office.waits_for_wake(mailbox)
        eventually(lambda: "broker unreachable" in caplog.messages, timeout=30)
        plain_server.say("anna", "4 EXISTS")
        office.waits_for_wake(mailbox)
