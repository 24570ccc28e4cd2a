"""One folder of one visit: what the planner decides is carried out, newest letters first.

Each batch is one transaction with its ledger rows, so a visit that dies is followed by one that goes on from there:
fetched at least once, filed exactly once. Nothing is ever written on the server: EXAMINE and BODY.PEEK (G06).
"""

from __future__ import annotations

from dataclasses import dataclass

from mailkit.errors import TemporaryMailError
from mailkit.failpoints import failpoint
from sync import ledger
from sync.batches import file_letters
from sync.changes import follow_changes
from sync.folders import SeenFolder
from sync.planner import FolderPlan, plan_disappeared, plan_folder, plan_missing
from sync.visit import Visit
from threads.filing import Progress
from threads.models import Folder
from threads.server_changes import mark_returned, mark_vanished

# As many new letters are more than a look for mail: they are left to a worker that computes (queue "import").
HEAVY_LETTERS = 100


class TooMuch(Exception):
    """There is more to do than this kind of worker shall do: nothing was written."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What the server lists against what we know."""

    is_believed: bool
    missing: tuple[int, ...] = ()  # listed, looked at, and not in the ledger


def sync_folder(visit: Visit, seen: SeenFolder) -> bool:
    """True when the folder is up to date, False when time was up before. Raises MailError, LeaseLost, TooMuch."""
    folder = seen.folder
    examined = visit.session.examine(seen.name)
    failpoint("Y4")
    if examined.uidvalidity != folder.uidvalidity:
        raise TemporaryMailError("The folder was made anew while we looked", step="folders")
    listed = visit.session.list_uids(after=folder.last_uid)
    failpoint("Y5")
    known = ledger.known_above(folder, folder.last_uid)
    plan = plan_folder(ledger.memory_of(folder), seen.status, listed=listed, known=known)
    if visit.is_light and len(plan.fetch) > HEAVY_LETTERS:
        raise TooMuch
    progress = Progress.IMPORT if visit.is_import else Progress.NONE
    if not file_letters(visit, folder, plan.fetch, progress):
        return False
    vanished_told = follow_changes(visit, folder, plan)
    comparison = _compare(visit, folder, plan, examined.messages, vanished_told=vanished_told)
    if comparison.missing and not file_letters(visit, folder, comparison.missing, progress):
        return False
    if comparison.is_believed:
        ledger.settle(folder, seen.status, last_uid=plan.last_uid, lease=visit.lease)
    else:
        ledger.unsettle(folder, last_uid=plan.last_uid, lease=visit.lease)
        visit.doubts.append(folder.pk)
    return True


def _compare(visit: Visit, folder: Folder, plan: FolderPlan, messages: int, *, vanished_told: bool) -> _Comparison:
    """Note which letters are gone from the server; they stay in the CRM (K61)."""
    if not plan.should_compare:
        return _Comparison(is_believed=True)
    if vanished_told and ledger.count_on_server(folder) == messages:
        ledger.recount_older(visit.mailbox, visit.lease)  # letters left out as older may have gone, too
        return _Comparison(is_believed=True)
    listed = visit.session.list_uids()
    known = ledger.known_on_server(folder)
    gone = plan_disappeared(known, listed, messages=messages)
    if gone.is_refused:
        return _Comparison(is_believed=False)
    mark_vanished(folder, gone.uids, lease=visit.lease)
    returned = mark_returned(folder, set(listed) - known, lease=visit.lease)
    older = sum(uid < folder.history_uid for uid in set(listed).difference(known))
    ledger.recount_older(visit.mailbox, visit.lease, {folder: older})
    everything = ledger.known_above(folder, folder.history_uid - 1) - returned.unfetched
    missing = plan_missing(everything, listed, first=folder.history_uid, last=plan.last_uid)
    return _Comparison(is_believed=True, missing=missing)
