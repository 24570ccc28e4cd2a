"""One visit to the server of one mailbox: what its steps share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from mailboxes import leases
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from mailkit.imap_session import ImapSession

WORK_SECONDS = 150  # then the rest is left to the next task: well below the soft limit of one, for slow servers


Connect = Callable[[Mailbox], ImapSession]  # tests give a server in memory


def deadline_from_now() -> float:
    return time.monotonic() + WORK_SECONDS


@dataclass(frozen=True, slots=True)
class Visit:
    session: ImapSession
    mailbox: Mailbox
    lease: Lease
    deadline: float  # of time.monotonic()

    @property
    def is_import(self) -> bool:
        """The first import has not ended: progress is counted and nobody is told of single letters (G15)."""
        return self.mailbox.imported_at is None

    def goes_on(self) -> bool:
        """After each batch: keeps the lease. False when time is up. Raises LeaseLost."""
        leases.renew(self.lease)
        return time.monotonic() < self.deadline
