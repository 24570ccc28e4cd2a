"""Somebody else does something in a transaction that ends while the test waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from accounts.tenancy import tenant

WAITERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def somebody_waits() -> None:
    """Returns once somebody waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(20_000):
            cursor.execute(WAITERS)
            if cursor.fetchone()[0]:
                return
    pytest.fail("nobody waited for the locks")


@contextmanager
def done_meanwhile(
    account_id: int | None, act: Callable[[], object], *, until: Callable[[], object] = somebody_waits
) -> Iterator[None]:
    """Another connection has done it when the block begins, and commits when `until` returns. The test commits, too
    (`transaction=True`): locks are seen from another connection only.
    """
    is_done = threading.Event()

    def work() -> None:
        try:
            with tenant(account_id), transaction.atomic():
                act()
                is_done.set()
                until()
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert is_done.wait(30)
        yield
    finally:
        worker.join()
