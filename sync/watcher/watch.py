"""One mailbox under watch.

WAITING --due--> QUEUED --let in--> OPENING --signed in--> IDLING --due--> RENEWING --answered--> IDLING
   ^------------------------------------+---- any failure ----+----------------+
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from mailkit.imap_idle import IdleConnection
from sync.watcher.pace import STEADY_SECONDS, Pace
from sync.watcher.roster import Watched


class Stage(Enum):
    WAITING = auto()
    QUEUED = auto()
    OPENING = auto()
    IDLING = auto()
    RENEWING = auto()


@dataclass(slots=True, eq=False)
class Watch:
    mailbox: Watched
    stage: Stage = Stage.WAITING
    connection: IdleConnection | None = None
    due_at: float = 0  # of time.monotonic(): when to connect, to renew, or to give the answer up
    opened_at: float = 0
    woken_at: float = -math.inf
    wakes_used: float = 0
    failure_count: int = 0
    refused_at: datetime | None = None  # the sign-in

    def open(self, connection: IdleConnection, now: float) -> None:
        self.connection, self.opened_at = connection, now
        self.stage, self.refused_at = Stage.IDLING, None

    def let_go(self) -> IdleConnection | None:
        """The connection, which is the caller's to close."""
        connection, self.connection = self.connection, None
        self.stage = Stage.WAITING
        return connection

    def plan_wake(self, now: float, pace: Pace) -> float:
        """When to wake the mailbox because of what happens now: soon, and not too often where it never stops."""
        rested = max(now - self.woken_at, 0) / pace.wake_seldom
        self.wakes_used = min(max(self.wakes_used - rested, 0) + 1, pace.wakes + 1)
        gap = pace.wake_again if self.wakes_used <= pace.wakes else pace.wake_seldom
        self.woken_at = max(now + pace.wake, self.woken_at + gap)
        return self.woken_at

    def count_failure(self, now: float) -> int:
        was_steady = self.opened_at > 0 and now - self.opened_at >= STEADY_SECONDS
        self.failure_count = 1 if was_steady else self.failure_count + 1
        self.opened_at = 0
        return self.failure_count

    def is_accepted_again(self, seen: Watched) -> bool:
        """The sign-in was refused, and since then a visit got in with the same one: it was a mood of the provider's."""
        return self.refused_at is not None and seen.last_synced_at is not None and seen.last_synced_at > self.refused_at
