"""A visit to the server of one mailbox, from the lease to its end."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from mailboxes import leases
from mailboxes.connections import imap_session
from mailboxes.errors import LeaseLost
from mailboxes.health import note_doubtful, note_failure, note_synced
from mailboxes.lease_keeper import keeper
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from mailkit.errors import MailError
from mailkit.failpoints import failpoint
from sync.epochs import begin_again, begin_import
from sync.folder_sync import TooMuch, sync_folder
from sync.folders import SeenFolder, look_at_folders
from sync.planner import NEW_EPOCHS, Doubt, Finding
from sync.removal import remove_uploaded
from sync.visit import OLDER_PAUSE, Connect, Visit
from threads.regrouping import regroup_mailbox

logger = logging.getLogger(__name__)

HANDED_ON = timedelta(seconds=30)  # until the next look finds out that nobody went on


class Next(StrEnum):
    """What has to be started after a visit."""

    NOTHING = "nothing"
    SYNC = "sync"  # it is due again already: somebody asked meanwhile
    IMPORT = "import"  # there is much left to do, for a worker that computes
    OLDER = "older"  # all new mail is here, older mail is wanted


def sync_mailbox(lease: Lease, *, deadline: float, is_light: bool = False, connect: Connect = imap_session) -> Next:
    """Bring everything new. `is_light`: leave much work to another worker. Needs the account's scope."""
    failpoint("Y1")
    try:
        leases.renew(lease)  # it may have waited in a queue until it ran out
        mailbox = Mailbox.objects.get(pk=lease.mailbox_id)
        with keeper().keep(lease):
            return _connect_and_sync(mailbox, lease, deadline, is_light, connect)
    except LeaseLost:
        # Somebody else works on the mailbox now, or it was disconnected. What is committed is right; we write no more.
        logger.info("lease lost", extra={"mailbox_id": lease.mailbox_id})
        return Next.NOTHING


def _connect_and_sync(mailbox: Mailbox, lease: Lease, deadline: float, is_light: bool, connect: Connect) -> Next:
    try:
        with connect(mailbox) as session:
            failpoint("Y3")
            visit = Visit(session, mailbox, lease, deadline, connect, is_light)
            return sync_seen(visit, look_at_folders(session, mailbox))
    except MailError as error:
        return end_failed(mailbox, lease, error)


def sync_seen(visit: Visit, seen: Sequence[SeenFolder]) -> Next:
    """What STATUS said is known. Raises MailError, LeaseLost."""
    try:
        is_done = _sync_all(visit, seen)
    except TooMuch:
        is_done = False
    if is_done:
        remove_uploaded(visit)
        then = _end_well(visit)
    else:
        then = _end_unfinished(visit)
    failpoint("Y12")
    return then


def _sync_all(visit: Visit, seen: Sequence[SeenFolder]) -> bool:
    if visit.is_light and any(folder.finding in NEW_EPOCHS for folder in seen):
        raise TooMuch
    return all(sync_folder(visit, folder) for folder in _begin_epochs(visit, seen))


def _begin_epochs(visit: Visit, seen: Sequence[SeenFolder]) -> Sequence[SeenFolder]:
    """Where an epoch begins, decide what it brings; the folders that have something to do."""
    beginning = [folder for folder in seen if folder.finding in NEW_EPOCHS]
    if beginning and visit.is_import:
        there = [folder for folder in seen if folder.finding != Finding.GONE]
        begin_import(visit, there)
        return there  # its window covers them all
    for folder in beginning:
        logger.warning("folder begins anew", extra={"folder_id": folder.folder.pk, "finding": folder.finding})
        begin_again(visit, folder)
    return [folder for folder in seen if folder.finding != Finding.UNCHANGED]


@transaction.atomic
def _end_well(visit: Visit) -> Next:
    row = leases.hold(visit.lease)
    if row.imported_at is None:
        _end_import(row)
    if visit.doubts:
        note_doubtful(row, Doubt.COUNTS_DIFFER if Doubt.COUNTS_DIFFER in visit.doubts else visit.doubts[0])
    else:
        note_synced(row)
    if leases.release(visit.lease, is_sound=not goes_on_with_older(row)):
        return Next.SYNC
    return Next.OLDER if wants_older(row) else Next.NOTHING


def _end_import(row: Mailbox) -> None:
    row.imported_at = timezone.now()
    # "Everything" is the usual import followed by the rest: people see their newest letters at once (A04).
    row.load_older = row.load_older or row.first_import == Mailbox.FirstImport.ALL
    row.history_due_at = row.imported_at if row.load_older and row.import_older else None
    row.save(update_fields=["imported_at", "load_older", "history_due_at"])
    regroup_mailbox(row)  # newest first: replies came before what they answer


def wants_older(mailbox: Mailbox) -> bool:
    """Whether older mail is to be loaded now."""
    return mailbox.history_due_at is not None and mailbox.history_due_at <= timezone.now()


def goes_on_with_older(mailbox: Mailbox) -> bool:
    """Whether older mail is being loaded, be it after a pause: the breakdowns may be its own, and its visit forgives
    them.
    """
    return mailbox.history_due_at is not None and mailbox.history_due_at <= timezone.now() + OLDER_PAUSE


@transaction.atomic
def _end_unfinished(visit: Visit) -> Next:
    """The task that goes on is started by our caller, and by the sweep if that gets lost.

    Only an import is due at once: a look for mail, which leaves the work again, would come back to it all the time.
    """
    leases.hold(visit.lease)
    pause = timedelta() if visit.is_import else HANDED_ON
    Mailbox.objects.filter(pk=visit.mailbox.pk).update(next_sync_at=timezone.now() + pause)
    leases.release(visit.lease)
    return Next.IMPORT


def end_failed(mailbox: Mailbox, lease: Lease, error: MailError) -> Next:
    """Note what went wrong, and when to try again. Raises LeaseLost."""
    logger.warning("visit failed", extra={"mailbox_id": mailbox.pk, "error": type(error).__name__})
    with transaction.atomic():
        leases.hold(lease)
        note_failure(mailbox, error)
        leases.release(lease, is_sound=False)
    return Next.NOTHING
