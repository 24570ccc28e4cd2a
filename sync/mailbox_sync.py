"""A visit to the server of one mailbox, from the lease to its end."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from mailboxes import leases
from mailboxes.connections import imap_session
from mailboxes.errors import LeaseLost
from mailboxes.health import note_failure, note_synced
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from mailkit.errors import MailError
from mailkit.failpoints import failpoint
from sync.epochs import begin_again, begin_import
from sync.folder_sync import sync_folder
from sync.folders import SeenFolder, look_at_folders
from sync.planner import NEW_EPOCHS, Finding
from sync.visit import Connect, Visit
from threads.regrouping import regroup_mailbox

logger = logging.getLogger(__name__)


def sync_mailbox(lease: Lease, *, deadline: float, connect: Connect = imap_session) -> bool:
    """Bring everything new. True when time was up before the end: somebody has to go on. Needs the account's scope."""
    failpoint("Y1")
    try:
        leases.renew(lease)  # it may have waited in a queue until it ran out
        return _visit(lease, deadline, connect)
    except LeaseLost:
        # Somebody else works on the mailbox now, or it was disconnected. What is committed is right; we write no more.
        logger.info("lease lost", extra={"mailbox_id": lease.mailbox_id})
        return False


def _visit(lease: Lease, deadline: float, connect: Connect) -> bool:
    mailbox = Mailbox.objects.get(pk=lease.mailbox_id)
    try:
        with connect(mailbox) as session:
            failpoint("Y3")
            is_done = _sync_folders(Visit(session, mailbox, lease, deadline))
    except MailError as error:
        logger.warning("visit failed", extra={"mailbox_id": mailbox.pk, "error": type(error).__name__})
        _end_failed(mailbox, lease, error)
        return False
    if is_done:
        _end_well(mailbox, lease)
    else:
        _end_unfinished(mailbox, lease)
    failpoint("Y12")
    return not is_done


def _sync_folders(visit: Visit) -> bool:
    seen = look_at_folders(visit.session, visit.mailbox)
    return all(sync_folder(visit, folder) for folder in _begin_epochs(visit, seen))


def _begin_epochs(visit: Visit, seen: Sequence[SeenFolder]) -> Sequence[SeenFolder]:
    """Where an epoch begins, decide what it brings; the folders that have something to do."""
    beginning = [folder for folder in seen if folder.finding in NEW_EPOCHS]
    if beginning and visit.is_import:
        begin_import(visit, seen)
        return seen  # its window covers them all
    for folder in beginning:
        logger.warning("folder begins anew", extra={"folder_id": folder.folder.pk, "finding": folder.finding})
        begin_again(visit, folder)
    return [folder for folder in seen if folder.finding != Finding.UNCHANGED]


@transaction.atomic
def _end_well(mailbox: Mailbox, lease: Lease) -> None:
    row = leases.hold(lease)
    if row.imported_at is None:
        Mailbox.objects.filter(pk=row.pk).update(imported_at=timezone.now())
        regroup_mailbox(row)  # newest first: replies came before what they answer
    note_synced(mailbox)
    leases.release(lease)


@transaction.atomic
def _end_unfinished(mailbox: Mailbox, lease: Lease) -> None:
    """Due at once: the task that goes on is started by our caller, and by the sweep if that gets lost."""
    leases.hold(lease)
    Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now())
    leases.release(lease)


@transaction.atomic
def _end_failed(mailbox: Mailbox, lease: Lease, error: MailError) -> None:
    leases.hold(lease)
    note_failure(mailbox, error)
    leases.release(lease)
