"""A few threads for work that blocks. They are daemons: whoever hangs in a network does not hold up the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")
Report = Callable[[], None]
IDLE_SECONDS = 15  # then a thread gives its database connection back


class Crew:
    """`hand_back` takes the report of a piece of work to the thread that asked for it."""

    def __init__(self, name: str, size: int, hand_back: Callable[[Report], None]) -> None:
        self._hand_back = hand_back
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, name=f"{name}-{n}", daemon=True) for n in range(size)]
        for thread in self._threads:
            thread.start()

    def begin(self, work: Callable[[], T], then: Callable[[Future[T]], None]) -> None:
        """Do it when a thread is free. `then` gets the outcome, in the thread that reads what was handed back."""
        self._work.put(partial(self._carry_out, work, then))

    def dismiss(self, seconds: float) -> None:
        """End when what has begun is done; do not wait for it longer than that."""
        until = time.monotonic() + seconds
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))

    def _carry_out(self, work: Callable[[], T], then: Callable[[Future[T]], None]) -> None:
        outcome: Future[T] = Future()
        try:
            close_old_connections()
            outcome.set_result(work())
        except Exception as error:  # noqa: BLE001  # told to the asker: one mailbox must not end the watch over others
            outcome.set_exception(error)
        self._hand_back(partial(then, outcome))

    def _serve(self) -> None:
        patience: float | None = None
        while True:
            try:
                work = self._work.get(timeout=patience)
            except Empty:
                connections.close_all()
                patience = None
                continue
            if work is None:
                break
            work()
            patience = IDLE_SECONDS
        connections.close_all()
