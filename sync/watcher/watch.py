"""One mailbox under watch.

WAITING --due--> QUEUED --let in--> OPENING --signed in--> IDLING --due--> RENEWING --answered--> IDLING
   ^------------------------------------+---- any failure ----+----------------+
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from mailkit.imap_idle import IdleConnection
from sync.watcher.pace import STEADY_SECONDS
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
    woken_at: float = 0
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

    def count_failure(self, now: float) -> int:
        was_steady = self.opened_at > 0 and now - self.opened_at >= STEADY_SECONDS
        self.failure_count = 1 if was_steady else self.failure_count + 1
        self.opened_at = 0
        return self.failure_count

    def is_accepted_again(self, seen: Watched) -> bool:
        """The sign-in was refused, and since then a visit got in with the same one: it was a mood of the provider's."""
        return self.refused_at is not None and seen.last_synced_at is not None and seen.last_synced_at > self.refused_at
