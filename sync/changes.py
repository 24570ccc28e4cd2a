"""What changed in a folder about letters that we have: read marks (G06) and, where the server tells, disappearance."""

from __future__ import annotations

from collections.abc import Mapping

from sync import ledger
from sync.planner import FolderPlan
from sync.visit import Visit
from threads.models import Folder
from threads.server_changes import apply_flags, mark_vanished

FLAGS_PER_STATEMENT = 5000


def follow_changes(visit: Visit, folder: Folder, plan: FolderPlan) -> bool:
    """True when the server told which letters vanished (QRESYNC, RFC 7162)."""
    if plan.changes_since is not None:
        return _follow_told(visit, folder, plan)
    if plan.should_read_flags:
        _follow_window(visit, folder, plan)
    return False


def _follow_told(visit: Visit, folder: Folder, plan: FolderPlan) -> bool:
    changes = visit.session.fetch_changes(since=plan.changes_since or 0, up_to=plan.last_uid)
    _apply(visit, folder, changes.flags)
    if changes.vanished:
        mark_vanished(folder, ledger.known_on_server(folder) & changes.vanished, lease=visit.lease)
    return changes.vanished is not None


def _follow_window(visit: Visit, folder: Folder, plan: FolderPlan) -> None:
    """Nobody says what changed: of what was not filed just now the newest are looked at."""
    just_filed = frozenset(plan.fetch)
    uids = [uid for uid in ledger.newest_imported(folder) if uid not in just_filed]
    _apply(visit, folder, visit.session.fetch_flags(uids))


def _apply(visit: Visit, folder: Folder, flags: Mapping[int, frozenset[str]]) -> None:
    pairs = list(flags.items())
    for start in range(0, len(pairs), FLAGS_PER_STATEMENT):
        apply_flags(folder, dict(pairs[start : start + FLAGS_PER_STATEMENT]), lease=visit.lease)
