"""The worker hears of letters at once. Without a broker the sweep finds them: nothing here may hold up the listener."""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from smart_addresses.tasks import start_filing_all

MOST_WAITING = 1000  # what is pushed out is left to the sweep
PAUSE_SECONDS = 0.05  # after a message; who comes alone does not wait


class Starter:
    """One thread, for a broker that is away takes seconds to say so. What comes meanwhile goes with one message: a
    message costs the listener as much as a letter.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="starter")
        self._waiting: deque[tuple[int, int]] = deque(maxlen=MOST_WAITING)
        self._is_closed = Event()

    def start(self, account_id: int, letter_id: int) -> None:
        """By one thread only: whoever finds others waiting leaves it to those who started them."""
        self._waiting.append((account_id, letter_id))
        if len(self._waiting) == 1:
            self._thread.submit(self._start_waiting)

    def close(self) -> None:
        self._is_closed.set()
        self._thread.shutdown(cancel_futures=True)

    def _start_waiting(self) -> None:
        by_account: defaultdict[int, list[int]] = defaultdict(list)
        while self._waiting:
            account_id, letter_id = self._waiting.popleft()
            by_account[account_id].append(letter_id)
        for account_id, letter_ids in by_account.items():
            start_filing_all(account_id, letter_ids)
        self._is_closed.wait(PAUSE_SECONDS)
