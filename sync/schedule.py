"""Who is visited when: due mailboxes are claimed in one statement, dealt out to tasks, and worked by threads there.

The rows are the schedule (next_sync_at, lease). The broker only carries the leases to the workers; what it loses is
claimed again by a later sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from accounts.tenancy import tenant
from mailboxes.leases import Lease, claim_due
from sync.mailbox_sync import sync_mailbox

logger = logging.getLogger(__name__)

LEASES_PER_TASK = 25
TASKS_PER_SWEEP = 40  # more wait for the next minute: a lease that runs out in the queue is claimed twice
THREADS = 16


def claim_batches() -> Iterator[Sequence[Lease]]:
    """Due mailboxes, in batches of one task each."""
    for _ in range(TASKS_PER_SWEEP):
        batch = claim_due(LEASES_PER_TASK)
        if batch:
            yield batch
        if len(batch) < LEASES_PER_TASK:
            return


def sync_in_threads(batch: Sequence[Lease], *, deadline: float) -> list[Lease]:
    """Visit them at the same time; the leases of those with work left. One that breaks does not stop the others."""
    with ThreadPoolExecutor(max_workers=min(THREADS, len(batch))) as pool:
        visits = {lease: pool.submit(_sync_alone, lease, deadline) for lease in batch}
    for lease, visit in visits.items():
        if error := visit.exception():
            # A fault of ours, or the database is gone. The lease runs out, and the mailbox is claimed again.
            logger.error("visit broke", exc_info=error, extra={"mailbox_id": lease.mailbox_id})
    return [lease for lease, visit in visits.items() if not visit.exception() and visit.result()]


def _sync_alone(lease: Lease, deadline: float) -> bool:
    """In a thread of its own: it begins without a scope and must not leave its database connection behind."""
    try:
        with tenant(lease.account_id):
            return sync_mailbox(lease, deadline=deadline)
    finally:
        connections.close_all()
