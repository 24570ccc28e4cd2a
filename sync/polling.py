"""Looking at many mailboxes at once: most of them have nothing new, and that must cost next to nothing.

A round claims due mailboxes a handful at a time, as its threads get free; what it needs of a handful comes in one
query, and what it has to say of those where nothing happened goes in one statement. A mailbox where something did
happen is synced at once on the same connection, unless that is much work.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from accounts.tenancy import every_account, tenant
from mailboxes.connections import imap_session
from mailboxes.errors import LeaseLost
from mailboxes.lease_keeper import keeper
from mailboxes.leases import Lease, claim_due, release_unchanged
from mailboxes.models import Mailbox
from mailkit.errors import MailError
from mailkit.failpoints import failpoint
from sync.folders import look_at_folders
from sync.mailbox_sync import Next, end_failed, goes_on_with_older, sync_seen
from sync.planner import Finding
from sync.services import start_next, start_sync
from sync.visit import Connect, Visit, deadline_from_now

logger = logging.getLogger(__name__)

AT_ONCE = 25  # mailboxes a claim
ROUND_SECONDS = 50.0  # a little less than the time until beat starts the next
LATE_SECONDS = 300.0  # as long a round goes on for the others while it waits for a slow server: none else begins
TICK_SECONDS = 5.0  # mailboxes where nothing happened are given back by then, and those due are asked for again
_one_round = threading.Lock()


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one mailbox led to; `then` is None when nothing had happened there."""

    lease: Lease
    then: Next | None


def poll_due(*, connect: Connect = imap_session, seconds: float = ROUND_SECONDS) -> int:
    """One round: until nothing is due, or time is up. Returns the number of mailboxes looked at.

    A process makes one round at a time; further ones end at once, so it does no harm to start too many.
    """
    if not _one_round.acquire(blocking=False):
        return 0
    try:
        return _Round(connect, time.monotonic() + seconds).run()
    finally:
        _one_round.release()


class _Round:
    def __init__(self, connect: Connect, ends_at: float) -> None:
        self.connect = connect
        self.ends_at = ends_at
        self.running: dict[Future[Look], Lease] = {}
        self.unchanged: list[Lease] = []
        self.released_at = time.monotonic()
        self.count = 0

    def run(self) -> int:
        with ThreadPoolExecutor(settings.SYNC_THREADS, thread_name_prefix="polling") as pool:
            is_more = self._claim(pool)
            while self.running:
                done, _ = wait(self.running, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
                self._note(done)
                if self._may_claim(is_more=is_more):
                    is_more = self._claim(pool)
        self._release()
        return self.count

    def _may_claim(self, *, is_more: bool) -> bool:
        """While slow servers keep the round from its end, others become due, and leases of those done run out."""
        now = time.monotonic()
        is_late = now - self.released_at >= TICK_SECONDS
        if is_late:
            self._release()
        return now < self.ends_at if is_more else is_late and now < self.ends_at + LATE_SECONDS

    def _claim(self, pool: ThreadPoolExecutor) -> bool:
        """Take what the free threads can do. False when no more is due."""
        free = settings.SYNC_THREADS - len(self.running)
        if free < min(AT_ONCE, settings.SYNC_THREADS // 2):
            return True
        limit = min(free, AT_ONCE)
        self._release()
        batch = claim_due(limit)
        mailboxes = load_mailboxes([lease.mailbox_id for lease in batch])
        for lease in batch:
            if mailbox := mailboxes.get(lease.mailbox_id):  # else it was removed just now
                self.running[pool.submit(look, mailbox, lease, self.connect)] = lease
        self.count += len(batch)
        return len(batch) == limit

    def _note(self, done: set[Future[Look]]) -> None:
        for future in done:
            lease = self.running.pop(future)
            if error := future.exception():
                # A fault of ours, or the database is gone. The lease runs out, and the mailbox is claimed again.
                logger.error("visit broke", exc_info=error, extra={"mailbox_id": lease.mailbox_id})
                continue
            found = future.result()
            if found.then is None:
                self.unchanged.append(lease)
            else:
                start_next(lease, found.then)

    def _release(self) -> None:
        for account_id, mailbox_id in release_unchanged(self.unchanged):
            start_sync(account_id, mailbox_id)
        self.unchanged = []
        self.released_at = time.monotonic()


def load_mailboxes(ids: Sequence[int]) -> dict[int, Mailbox]:
    """With folders and secrets: a look at a mailbox where nothing happened asks the database nothing."""
    with every_account("mailboxes to look at"):
        return Mailbox.objects.prefetch_related("folders", "credentials").in_bulk(ids)


def look(mailbox: Mailbox, lease: Lease, connect: Connect) -> Look:
    """In a thread of its own: it begins without a scope and must not leave its database connection behind."""
    failpoint("Y1")
    try:
        with tenant(lease.account_id), keeper().keep(lease):
            return Look(lease, _look(mailbox, lease, connect))
    except LeaseLost:
        logger.info("lease lost", extra={"mailbox_id": lease.mailbox_id})
        return Look(lease, Next.NOTHING)
    finally:
        connections.close_all()


def _look(mailbox: Mailbox, lease: Lease, connect: Connect) -> Next | None:
    try:
        with connect(mailbox) as session:
            failpoint("Y3")
            seen = look_at_folders(session, mailbox)
            if _is_quiet(mailbox) and all(folder.finding == Finding.UNCHANGED for folder in seen):
                return None
            return sync_seen(Visit(session, mailbox, lease, deadline_from_now(), connect, is_light=True), seen)
    except MailError as error:
        return end_failed(mailbox, lease, error)


def _is_quiet(mailbox: Mailbox) -> bool:
    """Whether the last visit left it well, so that there is nothing to note but the time."""
    is_well = mailbox.state == Mailbox.State.SYNCED and mailbox.failure_count == 0
    return is_well and not mailbox.delete_after_upload and not goes_on_with_older(mailbox)
