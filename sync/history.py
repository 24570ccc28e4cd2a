"""Older mail: what the first import left out, newest first, in the background (rules K10, A04).

A visit for older mail never delays new mail: it ends as soon as a look for new mail is due, and leaves the time of that
look as it is. What it has done is committed batch by batch, so any visit goes on where the last one ended.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import live
from mailboxes import leases
from mailboxes.connections import imap_session
from mailboxes.errors import LeaseLost
from mailboxes.health import note_failure
from mailboxes.lease_keeper import keeper
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from mailkit.errors import MailError, SentFolderGone
from mailkit.failpoints import failpoint
from mailkit.imap_session import ImapSession
from mailkit.types import RemoteMessage
from sync import ledger
from sync.batches import file_one, read_carefully
from sync.budget import Budget
from sync.folders import open_folder
from sync.reading import BATCH_LETTERS
from sync.visit import OLDER_PAUSE, Connect, Visit
from threads.filing import FolderCursor, Progress
from threads.models import Folder

logger = logging.getLogger(__name__)


@dataclass
class _Shelf:
    """The older mail of one folder, as far as it is not loaded yet."""

    folder: Folder
    waiting: list[int]  # UIDs, newest first
    next_letters: Sequence[RemoteMessage] = ()
    next_uids: Sequence[int] = ()

    def look(self, session: ImapSession) -> None:
        """Ask for the next letters' dates."""
        if not self.next_uids and self.waiting:
            open_folder(session, self.folder)
            self.next_uids = self.waiting[:BATCH_LETTERS]
            self.next_letters = session.fetch_headers(self.next_uids)

    @property
    def newest_at(self) -> datetime | None:
        return max((letter.received_at for letter in self.next_letters), default=None)

    def advance(self) -> None:
        del self.waiting[: len(self.next_uids)]
        self.next_uids, self.next_letters = (), ()


def load_older(lease: Lease, *, deadline: float, connect: Connect = imap_session) -> bool:
    """Load older mail until time is up, the day's budget is spent, or new mail may be there. True: there is more.

    Needs the account's scope.
    """
    mailbox = Mailbox.objects.get(pk=lease.mailbox_id)
    try:
        with keeper().keep(lease):
            return _load(mailbox, lease, deadline, connect)
    except LeaseLost:
        logger.info("lease lost", extra={"mailbox_id": lease.mailbox_id})
        return False


def _load(mailbox: Mailbox, lease: Lease, deadline: float, connect: Connect) -> bool:
    budget = Budget.of(mailbox)
    try:
        with connect(mailbox) as session:
            is_done = _empty_shelves(Visit(session, mailbox, lease, deadline, connect), budget)
    except MailError as error:
        logger.warning("older mail not loaded", extra={"mailbox_id": mailbox.pk, "error": type(error).__name__})
        _end_failed(mailbox, lease, budget, error)
        return False
    _end(mailbox, lease, budget, is_done=is_done)
    return not is_done and budget.is_left


def _empty_shelves(visit: Visit, budget: Budget) -> bool:
    """True when nothing older is left."""
    shelves = [_fill(visit, folder) for folder in Folder.objects.filter(mailbox=visit.mailbox).order_by("role")]
    if any(shelf is None for shelf in shelves):
        # Its UIDs lost their meaning: a look for new mail sees to it, at once, and then we go on.
        Mailbox.objects.filter(pk=visit.mailbox.pk, lease_token=visit.lease.token).update(next_sync_at=timezone.now())
        return False
    full = [shelf for shelf in shelves if shelf and shelf.waiting]
    while full:
        for shelf in full:
            shelf.look(visit.session)
        newest = max(full, key=lambda shelf: shelf.newest_at or timezone.now())
        goes_on = _load_shelf(visit, newest, budget)
        full = [shelf for shelf in full if shelf.waiting]
        if full and not goes_on:
            return False
    return True


def _fill(visit: Visit, folder: Folder) -> _Shelf | None:
    """None when the folder's UIDs are not those that we know. One of sent letters may be gone: a look sees to it."""
    try:
        examined = open_folder(visit.session, folder)
    except SentFolderGone:
        return _Shelf(folder, [])
    if examined.uidvalidity != folder.uidvalidity:
        return None
    below = visit.session.list_uids(before=folder.history_uid) if folder.history_uid > 1 else []
    waiting = {*ledger.older_uids(folder), *below} - ledger.done_below(folder, folder.history_uid)
    return _Shelf(folder, sorted(waiting, reverse=True))


def _load_shelf(visit: Visit, shelf: _Shelf, budget: Budget) -> bool:
    """The next letters of this folder, in batches. False when the visit is to end."""
    folder = shelf.folder
    open_folder(visit.session, folder)
    counted: set[int] = set()
    for batch in read_carefully(visit, folder, shelf.next_uids, were_left_out=True):
        done = {*(letter.uid for letter in batch.letters), *batch.outcomes, *(letter.uid for letter in batch.failed)}
        # In a careful visit a letter comes twice: it is marked, and then read.
        progress = Progress.SILENT if done <= counted else Progress.OLDER
        file_one(visit.lease, folder, batch, _cursor(folder, done - counted), progress)
        counted |= done
        failpoint("Y10")
        budget.spend(batch.byte_count)
        if not (_goes_on(visit) and budget.is_left):
            return False
    shelf.advance()
    _move_boundary(visit.lease, folder, shelf.waiting)
    return True


def _cursor(folder: Folder, done: Collection[int]) -> FolderCursor:
    """The boundary stays till all above it are done: a visit may end between two batches."""
    below = sum(uid < folder.history_uid for uid in done)
    folder.older_count = max(0, folder.older_count - below)
    return ledger.cursor_of(folder)


@transaction.atomic
def _move_boundary(lease: Lease, folder: Folder, waiting: Sequence[int]) -> None:
    """Everything above the next letter has been looked at. Raises LeaseLost."""
    leases.hold(lease)
    folder.history_uid = min(folder.history_uid, waiting[0] + 1 if waiting else 1)
    Folder.objects.filter(pk=folder.pk).update(history_uid=folder.history_uid)


def _goes_on(visit: Visit) -> bool:
    """New mail first: as soon as a look for it is due, older mail waits. Raises LeaseLost."""
    wanted = Mailbox.objects.filter(pk=visit.mailbox.pk, load_older=True, next_sync_at__gt=timezone.now())
    return visit.goes_on() and wanted.exists()


@transaction.atomic
def _end(mailbox: Mailbox, lease: Lease, budget: Budget, *, is_done: bool) -> None:
    leases.hold(lease)
    ledger.recount_older(mailbox, lease)
    budget.save(mailbox)
    due_at = None if is_done else timezone.now() if budget.is_left else budget.renewed_at
    Mailbox.objects.filter(pk=mailbox.pk).update(history_due_at=due_at)
    if is_done or not budget.is_left:  # newest first: replies came before what they answer
        Mailbox.objects.filter(pk=mailbox.pk).update(needs_regrouping=True)
    live.publish("import", mailbox_id=mailbox.pk)
    leases.release(lease)


@transaction.atomic
def _end_failed(mailbox: Mailbox, lease: Lease, budget: Budget, error: MailError) -> None:
    leases.hold(lease)
    ledger.recount_older(mailbox, lease)
    note_failure(mailbox, error)
    budget.save(mailbox)
    Mailbox.objects.filter(pk=mailbox.pk).update(history_due_at=timezone.now() + OLDER_PAUSE)
    leases.release(lease, is_sound=False)
