"""The beginning of a folder's epoch: the first import, or UIDs that lost their meaning. Decides what will be fetched.

Nothing is fetched here but sizes, dates and heads. What is decided is committed at once, so that a task that dies in
the middle is followed by one that goes on with the same window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import live
from mailboxes.leases import hold
from mailboxes.models import Mailbox
from mailkit.types import FolderStatus, RemoteMessage
from sync import ledger
from sync.folders import SeenFolder, open_folder
from sync.rematching import Rematch, rematch
from sync.visit import Visit
from sync.window import Window, first_window

DATES_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class _Listing:
    """A folder at one moment."""

    seen: SeenFolder
    examined: FolderStatus
    letters: Sequence[RemoteMessage]  # that may lie in the window
    uids: Sequence[int]  # all from the first of them on

    @property
    def role(self) -> str:
        return self.seen.folder.role

    def begin(self, inside: frozenset[int]) -> None:
        floor = min(inside) - 1 if inside else self.examined.uidnext - 1
        left_out = [uid for uid in self.uids if uid > floor and uid not in inside]
        older = max(0, self.examined.messages - len(inside) - len(left_out))
        _begin(self.seen, self.examined, ledger.Epoch(floor, left_out, older))


def _begin(seen: SeenFolder, examined: FolderStatus, epoch: ledger.Epoch) -> None:
    ledger.begin_epoch(seen.folder, examined, epoch, name=seen.name, server=seen.server)


def begin_import(visit: Visit, folders: Sequence[SeenFolder]) -> None:
    """The first import (K10): one window over all folders. Begun anew if a folder loses its UIDs before it ends."""
    window = first_window(
        timezone.now(),
        messages=0 if visit.mailbox.first_import == Mailbox.FirstImport.NEW else settings.IMPORT_MESSAGES,
        days=settings.IMPORT_DAYS,
    )
    listings = [_list(visit, seen, window) if window.limit else _look(visit, seen) for seen in folders]
    inside = window.choose({listing.role: listing.letters for listing in listings})
    total = sum(len(uids) for uids in inside.values())
    with transaction.atomic():
        hold(visit.lease)
        for listing in listings:
            listing.begin(inside[listing.role])
        Mailbox.objects.filter(pk=visit.mailbox.pk).update(
            state=Mailbox.State.IMPORTING,
            import_total=total,
            import_done=0,
            import_older=max(0, sum(listing.examined.messages for listing in listings) - total),
        )
        live.publish("import", mailbox_id=visit.mailbox.pk)


def begin_again(visit: Visit, seen: SeenFolder) -> None:
    """After the first import: what we have gets its new places, by identity; what came since will be fetched."""
    examined = open_folder(visit.session, seen.folder, seen.name)
    known = (seen.folder.name, seen.folder.server)
    is_same = seen.folder.uidvalidity != 0 and known == (seen.name, seen.server)
    found = rematch(visit, seen.folder, examined, is_same=is_same)
    with transaction.atomic():
        hold(visit.lease)
        older = _older_than(found, examined)
        _begin(seen, examined, ledger.Epoch(found.floor, found.left_out, older, found.silent_uid))
        found.record(seen.folder)
        if ledger.recount_older(visit.mailbox, visit.lease):  # all older mail may have been loaded before: not of here
            done = Mailbox.objects.filter(pk=visit.mailbox.pk, load_older=True, history_due_at=None)
            done.update(history_due_at=timezone.now())


def _older_than(found: Rematch, examined: FolderStatus) -> int:
    return max(0, examined.messages - len(found.places) - len(found.left_out) - len(found.new))


def _look(visit: Visit, seen: SeenFolder) -> _Listing:
    return _Listing(seen, open_folder(visit.session, seen.folder, seen.name), (), ())


def _list(visit: Visit, seen: SeenFolder, window: Window) -> _Listing:
    examined = open_folder(visit.session, seen.folder, seen.name)
    # What comes while we look is not part of the listing: it is found as new afterwards.
    recent = [uid for uid in visit.session.list_uids(since=window.search_since) if uid < examined.uidnext]
    letters: list[RemoteMessage] = []
    for start in range(0, len(recent), DATES_AT_ONCE):
        letters = window.trim([*letters, *visit.session.fetch_headers(recent[start : start + DATES_AT_ONCE])])
    uids = [uid for uid in visit.session.list_uids(after=recent[0] - 1) if uid < examined.uidnext] if recent else []
    return _Listing(seen, examined, letters, uids)
