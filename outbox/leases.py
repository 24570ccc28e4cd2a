"""A living worker keeps its lease: a thread renews it while the worker waits for a mail server."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connections
from django.utils import timezone

from accounts.tenancy import current_account_id, tenant
from outbox.models import OutgoingMail
from outbox.states import LEASE

logger = logging.getLogger(__name__)

BEAT_SECONDS = LEASE.total_seconds() / 3  # two beats may fail


@contextmanager
def kept(token: uuid.UUID, *, beat_seconds: float = BEAT_SECONDS) -> Iterator[None]:
    """While the block runs, the letters with this token stay leased. What ends with the process ends with it."""
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(current_account_id(), token, done, beat_seconds), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(account_id: int, token: uuid.UUID, done: threading.Event, beat_seconds: float) -> None:
    """A thread has a scope and database connections of its own."""
    with tenant(account_id):
        while not done.wait(beat_seconds):
            try:
                OutgoingMail.objects.filter(lease_token=token).update(lease_until=timezone.now() + LEASE)
            except OperationalError:
                logger.warning("lease not renewed", exc_info=True)
                connections.close_all()
    connections.close_all()
