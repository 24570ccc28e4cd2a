"""Who may connect now: a few at once, fewer at one provider, so many a second. A provider at its cap holds up nobody
but its own.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Generic, TypeVar

from sync.watcher.pace import Pace

T = TypeVar("T")


class Turnstile(Generic[T]):
    def __init__(self, pace: Pace, now: float) -> None:
        self._pace = pace
        self._waiting: dict[str, deque[T]] = {}  # by host; the host whose turn it is first
        self._inside: Counter[str] = Counter()
        self._tokens = float(pace.per_second)
        self._filled_at = now

    def join(self, host: str, one: T) -> None:
        self._waiting.setdefault(host, deque()).append(one)

    def leave(self, host: str) -> None:
        """Whoever was let in has done."""
        self._inside[host] -= 1
        self._inside += Counter()  # drops those at zero

    def next(self, now: float) -> T | None:
        """The next one, who is inside from now on."""
        self._fill(now)
        if self._tokens < 1 or self._inside.total() >= self._pace.at_once:
            return None
        host = next((host for host in self._waiting if self._inside[host] < self._pace.per_host), None)
        return self._let_in(host) if host is not None else None

    def _let_in(self, host: str) -> T:
        queue = self._waiting.pop(host)
        one = queue.popleft()
        if queue:
            self._waiting[host] = queue  # at the end
        self._inside[host] += 1
        self._tokens -= 1
        return one

    def _fill(self, now: float) -> None:
        gained = (now - self._filled_at) * self._pace.per_second
        self._tokens = min(self._tokens + gained, self._pace.per_second)
        self._filled_at = now
