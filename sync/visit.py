"""One visit to the server of one mailbox: what its steps share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from mailboxes import leases
from mailboxes.leases import CAREFUL_AFTER, Lease
from mailboxes.models import Mailbox
from mailkit.imap_session import ImapSession
from sync.planner import Doubt

WORK_SECONDS = 150  # then the rest is left to the next task: well below the soft limit of one, for slow servers
OLDER_PAUSE = timedelta(minutes=10)  # after a visit for older mail that failed

Connect = Callable[[Mailbox], ImapSession]  # tests give a server in memory


def deadline_from_now(seconds: float = WORK_SECONDS) -> float:
    return time.monotonic() + seconds


@dataclass(frozen=True, slots=True)
class Visit:
    session: ImapSession
    mailbox: Mailbox
    lease: Lease
    deadline: float  # of time.monotonic()
    connect: Connect  # how the session was opened
    is_light: bool = False  # by a worker that looks after many mailboxes: much work is left to another
    doubts: list[Doubt] = field(default_factory=list)  # about what the server says of its folders

    @property
    def is_import(self) -> bool:
        """The first import has not ended: progress is counted and nobody is told of single letters (G15)."""
        return self.mailbox.imported_at is None

    @property
    def is_careful(self) -> bool:
        """The last visits broke down: letters are read one at a time, and marked before they are."""
        return self.mailbox.crash_count >= CAREFUL_AFTER

    def goes_on(self) -> bool:
        """After each batch: False when time is up. Raises LeaseLost."""
        leases.renew(self.lease)
        return time.monotonic() < self.deadline
