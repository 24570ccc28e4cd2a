"""One folder of one visit: what the planner decides is carried out, newest letters first.

Each batch is one transaction with its ledger rows, so a visit that dies is followed by one that goes on from there:
fetched at least once, filed exactly once. Nothing is ever written on the server: EXAMINE and BODY.PEEK (G06).
"""

from __future__ import annotations

from django.db import DataError

from mailkit.errors import TemporaryMailError
from mailkit.failpoints import failpoint
from sync import ledger
from sync.folders import SeenFolder
from sync.planner import FolderPlan, plan_disappeared, plan_folder
from sync.reading import Batch, Outcome, keep_failed, read_batches
from sync.visit import Visit
from threads.filing import file_batch
from threads.models import Folder
from threads.server_changes import apply_flags, mark_vanished


def sync_folder(visit: Visit, seen: SeenFolder) -> bool:
    """True when the folder is up to date, False when time was up before. Raises MailError, LeaseLost."""
    folder = seen.folder
    examined = visit.session.examine(seen.name)
    failpoint("Y4")
    if examined.uidvalidity != folder.uidvalidity:
        raise TemporaryMailError("The folder was made anew while we looked", step="folders")
    listed = visit.session.list_uids(after=folder.last_uid)
    failpoint("Y5")
    plan = plan_folder(ledger.memory_of(folder), seen.status, listed=listed, known=ledger.known_above(folder))
    if not _file_letters(visit, folder, plan):
        return False
    is_believed = not plan.should_compare or _compare(visit, folder, examined.messages)
    if plan.should_read_flags:
        _follow_flags(visit, folder, plan)
    if is_believed:
        ledger.settle(folder, seen.status, last_uid=plan.last_uid, lease=visit.lease)
    else:
        ledger.unsettle(folder, last_uid=plan.last_uid, lease=visit.lease)
    return True


def _file_letters(visit: Visit, folder: Folder, plan: FolderPlan) -> bool:
    for batch in read_batches(visit.session, plan.fetch):
        _file(visit, folder, batch)
        failpoint("Y10")
        if not visit.goes_on():
            return False
    return True


def _file(visit: Visit, folder: Folder, batch: Batch) -> None:
    try:
        file_batch(
            folder,
            batch.letters,
            lease=visit.lease,
            cursor=ledger.unsettled_cursor(folder),
            outcomes=batch.outcomes,
            is_import=visit.is_import,
        )
    except DataError as error:  # the database cannot store one of them
        if not batch.letters:
            raise
        _file_one_by_one(visit, folder, batch, error)


def _file_one_by_one(visit: Visit, folder: Folder, batch: Batch, error: DataError) -> None:
    """The letter that cannot be stored is set aside; the others are filed (G14)."""
    if len(batch.letters) == 1:
        (letter,) = batch.letters
        keep_failed(letter.raw, error)
        _file(visit, folder, Batch((), {**batch.outcomes, letter.uid: Outcome.FAILED}))
        return
    _file(visit, folder, Batch((), batch.outcomes))
    for letter in batch.letters:
        _file(visit, folder, Batch((letter,), {}))


def _compare(visit: Visit, folder: Folder, messages: int) -> bool:
    """Note which letters are gone from the server; they stay in the CRM (K61). False when it is not believed."""
    gone = plan_disappeared(ledger.known_on_server(folder), visit.session.list_uids(), messages=messages)
    if not gone.is_refused:
        mark_vanished(folder, gone.uids, lease=visit.lease)
    return not gone.is_refused


def _follow_flags(visit: Visit, folder: Folder, plan: FolderPlan) -> None:
    """What was filed just now has its flags; of the rest the newest are looked at."""
    just_filed = frozenset(plan.fetch)
    uids = [uid for uid in ledger.newest_imported(folder) if uid not in just_filed]
    flags = visit.session.fetch_flags(uids)
    if flags:
        apply_flags(folder, flags, lease=visit.lease)
