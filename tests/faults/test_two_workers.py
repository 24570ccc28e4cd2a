"""Two workers on one mailbox: the loser writes nothing, and neither does one whose lease was taken in the middle.

The slow one is a process that stands still (SIGSTOP) at a step of its visit while the other does all the work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import Next, sync_mailbox
from tests.faults.conftest import Office
from tests.faults.visiting import LONG
from tests.faults.visitors import Visited, Visitors
from tests.row_versions import row_versions

pytestmark = [pytest.mark.dovecot, pytest.mark.flow]

# Not Y8, Y9 and Y11: there the slow one holds the mailbox's row, and the other waits for its commit.
OUTSIDE_TRANSACTIONS = ["Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "Y10", "Y12"]
WORKERS = 4


def fill(office: Office) -> None:
    office.fill(range(9))
    office.fill(range(100, 104), "Sent")


def schedule(office: Office) -> Mapping[str, object]:
    """The mailbox's own row, which row_versions leaves out."""
    return Mailbox.objects.filter(pk=office.mailbox.pk).values().get()


@pytest.mark.parametrize("point", ["Y3", "Y8"])
def test_who_finds_the_mailbox_taken_writes_nothing(office: Office, visitors: Visitors, point: str) -> None:
    """Y8: even while the other has an open transaction."""
    fill(office)
    first = office.visit_elsewhere(visitors, f"{point}:1:stop")
    assert first.end == "stopped"
    before = row_versions(), schedule(office)
    second = visitors.visit(
        account_id=office.mailbox.account_id, mailbox_id=office.mailbox.pk, storage=str(office.storage)
    )
    assert second.end == "no lease"
    assert (row_versions(), schedule(office)) == before
    assert visitors.go_on(first) == Visited(first.pid, "done")
    office.assert_settled()


@pytest.mark.parametrize("point", OUTSIDE_TRANSACTIONS)
def test_who_lost_the_lease_writes_nothing_more(office: Office, visitors: Visitors, point: str) -> None:
    fill(office)
    slow = office.visit_elsewhere(visitors, f"{point}:1:stop")
    assert slow.end == "stopped"
    assert office.visit_elsewhere(visitors).end == "done"
    before = row_versions(), schedule(office)
    assert visitors.go_on(slow) == Visited(slow.pid, "done")
    assert (row_versions(), schedule(office)) == before
    office.assert_settled()


def test_of_many_threads_that_start_at_once_one_visits(transactional_db: None, office: Office) -> None:
    fill(office)
    office.make_due()
    start = threading.Barrier(WORKERS)
    won = threading.Barrier(WORKERS)  # the winner waits until the others have found it taken

    def work() -> bool:
        try:
            with tenant(office.mailbox.account_id):
                start.wait(timeout=10)
                lease = leases.claim(office.mailbox.pk)
                won.wait(timeout=10)
                if lease is None:
                    return False
                assert sync_mailbox(lease, deadline=time.monotonic() + LONG) == Next.NOTHING
                return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        turns = [pool.submit(work) for _ in range(WORKERS)]
        assert sum(turn.result() for turn in turns) == 1
    office.assert_settled()
