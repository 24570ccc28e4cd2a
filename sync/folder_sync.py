"""One folder of one visit: what the planner decides is carried out, newest letters first.

Each batch is one transaction with its ledger rows, so a visit that dies is followed by one that goes on from there:
fetched at least once, filed exactly once. Nothing is ever written on the server: EXAMINE and BODY.PEEK (G06).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mailkit.errors import TemporaryMailError
from mailkit.failpoints import failpoint
from sync import ledger
from sync.batches import file_letters
from sync.changes import follow_changes
from sync.folders import SeenFolder, open_folder
from sync.planner import Doubt, Finding, FolderPlan, plan_disappeared, plan_folder, plan_missing
from sync.visit import Visit
from threads.filing import Progress
from threads.models import Folder
from threads.server_changes import mark_returned, mark_vanished

logger = logging.getLogger(__name__)

# As many new letters are more than a look for mail: they are left to a worker that computes (queue "import").
HEAVY_LETTERS = 100


class TooMuch(Exception):
    """There is more to do than this kind of worker shall do: nothing was written."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What the server lists against what we know."""

    missing: tuple[int, ...] = ()  # listed, looked at, and not in the ledger
    doubt: Doubt | None = None
    empty_since: datetime | None = None  # with a doubt: since when nothing was found there


def sync_folder(visit: Visit, seen: SeenFolder) -> bool:
    """True when the folder is up to date, False when time was up before. Raises MailError, LeaseLost, TooMuch."""
    folder = seen.folder
    if seen.finding == Finding.GONE:
        _note_gone(visit, folder)
        return True
    examined = open_folder(visit.session, folder, seen.name)
    failpoint("Y4")
    if examined.uidvalidity != folder.uidvalidity:
        raise TemporaryMailError("The folder was made anew while we looked", step="folders")
    listed = visit.session.list_uids(after=folder.last_uid)
    failpoint("Y5")
    known = ledger.known_above(folder, folder.last_uid)
    plan = plan_folder(ledger.memory_of(folder), seen.status, listed=listed, known=known)
    if visit.is_light and len(plan.fetch) > HEAVY_LETTERS:
        raise TooMuch
    if not _file(visit, folder, plan.fetch):
        return False
    vanished_told = follow_changes(visit, folder, plan)
    counts = (seen.status.messages, examined.messages)
    comparison = _compare(visit, folder, plan, counts, vanished_told=vanished_told)
    if comparison.missing and not _file(visit, folder, comparison.missing):
        return False
    if comparison.doubt is None:
        ledger.settle(folder, seen.status, last_uid=plan.last_uid, lease=visit.lease)
    else:
        ledger.unsettle(folder, last_uid=plan.last_uid, empty_since=comparison.empty_since, lease=visit.lease)
        visit.doubts.append(comparison.doubt)
    return True


def _note_gone(visit: Visit, folder: Folder) -> None:
    """The server has no such folder any more; its letters stay in the CRM (K61)."""
    logger.warning("folder gone", extra={"folder_id": folder.pk})
    mark_vanished(folder, ledger.known_on_server(folder), lease=visit.lease)
    ledger.note_gone(folder, lease=visit.lease)
    ledger.recount_older(visit.mailbox, visit.lease)


def _file(visit: Visit, folder: Folder, uids: Sequence[int]) -> bool:
    """False when time was up before the end. What lay there when another folder took the role is no news (G15)."""
    if visit.is_import:
        return file_letters(visit, folder, uids, Progress.IMPORT)
    news = [uid for uid in uids if uid > folder.silent_uid]
    old = [uid for uid in uids if uid <= folder.silent_uid]
    return file_letters(visit, folder, news, Progress.NONE) and file_letters(visit, folder, old, Progress.SILENT)


def _compare(
    visit: Visit, folder: Folder, plan: FolderPlan, counts: tuple[int, int], *, vanished_told: bool
) -> _Comparison:
    """Note which letters are gone from the server; they stay in the CRM (K61). `counts`: by STATUS, and by EXAMINE."""
    messages = counts[1]
    if not plan.should_compare:
        return _Comparison()
    if vanished_told and ledger.count_on_server(folder) == messages:
        ledger.recount_older(visit.mailbox, visit.lease)  # letters left out as older may have gone, too
        return _Comparison()
    listed = visit.session.list_uids()
    known = ledger.known_on_server(folder)
    now = timezone.now()
    empty_since = None if listed or any(counts) else folder.empty_since or now
    gone = plan_disappeared(known, listed, messages=messages, empty_for=now - (empty_since or now))
    if gone.doubt:
        return _Comparison(doubt=gone.doubt, empty_since=empty_since)
    mark_vanished(folder, gone.uids, lease=visit.lease)
    returned = mark_returned(folder, set(listed) - known, lease=visit.lease)
    older = sum(uid < folder.history_uid for uid in set(listed).difference(known))
    ledger.recount_older(visit.mailbox, visit.lease, {folder: older})
    everything = ledger.known_above(folder, folder.history_uid - 1) - returned.unfetched
    missing = plan_missing(everything, listed, first=folder.history_uid, last=plan.last_uid)
    return _Comparison(missing)
