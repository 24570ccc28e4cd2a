"""The heartbeat of leases: one thread a process renews all that its visits hold, in one statement.

A visit cannot do it itself in the middle of a large letter or behind a slow server. One that hangs for ever is not kept
alive for ever: after LONGEST_HOLD its lease runs out, and another worker goes on.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connections

from mailboxes.leases import Lease, renew_all

logger = logging.getLogger(__name__)

BEAT_SECONDS = 20
LONGEST_HOLD = 300.0  # seconds


class LeaseKeeper:
    """Renews the leases that are in its care."""

    def __init__(self, beat_seconds: float = BEAT_SECONDS) -> None:
        self._beat_seconds = beat_seconds
        self._held: dict[Lease, float] = {}
        self._lock = threading.Lock()
        self._renewing = threading.Lock()  # who ends a visit waits for a renewal that has begun
        self._pause = threading.Event()  # never set: a sleep that a daemon thread may be ended in
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, lease: Lease) -> Iterator[None]:
        """Renewed as long as the block lasts, LONGEST_HOLD at most."""
        with self._lock:
            self._held[lease] = time.monotonic() + LONGEST_HOLD
            self._start()
        try:
            yield
        finally:
            with self._renewing, self._lock:
                del self._held[lease]

    def held(self) -> list[Lease]:
        """Those that are still worth renewing."""
        now = time.monotonic()
        with self._lock:
            return [lease for lease, until in self._held.items() if until > now]

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._beat, name="lease-keeper", daemon=True)
            self._thread.start()

    def _beat(self) -> None:
        while self._has_work():
            try:
                with self._renewing:
                    renew_all(self.held())
            except DatabaseError:
                logger.warning("leases not renewed", exc_info=True)
            finally:
                connections.close_all()

    def _has_work(self) -> bool:
        """After a pause; False, and the thread ends, when nothing has been held all the while."""
        self._pause.wait(self._beat_seconds)
        with self._lock:
            if not self._held:
                self._thread = None
            return bool(self._held)


_keepers: dict[int, LeaseKeeper] = {}


def keeper() -> LeaseKeeper:
    """That of this process: threads do not survive a fork."""
    pid = os.getpid()
    if pid not in _keepers:
        _keepers.clear()
        _keepers[pid] = LeaseKeeper()
    return _keepers[pid]
