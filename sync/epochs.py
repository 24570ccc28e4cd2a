"""The beginning of a folder's epoch: the first import, or UIDs that lost their meaning. Decides what will be fetched.

Nothing is fetched here but sizes and dates. What is decided is committed at once, so that a task that dies in the
middle is followed by one that goes on with the same window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts import live
from mailboxes.leases import hold
from mailboxes.models import Mailbox
from mailkit.types import FolderStatus, RemoteMessage
from sync import ledger
from sync.folders import SeenFolder
from sync.visit import Visit
from sync.window import Window, first_window
from threads.models import Message


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
        ledger.begin_epoch(
            self.seen.folder,
            name=self.seen.name,
            server=self.seen.server,
            examined=self.examined,
            floor=floor,
            left_out=left_out,
        )


def begin_import(visit: Visit, folders: Sequence[SeenFolder]) -> None:
    """The first import (K10): one window over all folders. Begun anew if a folder loses its UIDs before it ends."""
    window = first_window(timezone.now(), messages=settings.IMPORT_MESSAGES, days=settings.IMPORT_DAYS)
    listings = [_list(visit, seen, window) for seen in folders]
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
            import_older=sum(listing.examined.messages for listing in listings) - total,
        )
        live.publish("import", mailbox_id=visit.mailbox.pk)


def begin_again(visit: Visit, seen: SeenFolder) -> None:
    """After the first import: what lies in its window and what came since. Filing knows what it has, by identity."""
    window = Window(limit=None, since=_reach_of(visit.mailbox))
    listing = _list(visit, seen, window)
    with transaction.atomic():
        hold(visit.lease)
        listing.begin(window.choose({listing.role: listing.letters})[listing.role])


def _reach_of(mailbox: Mailbox) -> datetime:
    """How far back the first import went: its window covers all folders, so one date says it."""
    imported = Message.objects.filter(mailbox=mailbox, filed_at__lte=mailbox.imported_at)
    return imported.aggregate(oldest=Min("received_at"))["oldest"] or mailbox.created_at


def _list(visit: Visit, seen: SeenFolder, window: Window) -> _Listing:
    examined = visit.session.examine(seen.name)
    # What comes while we look is not part of the listing: it is found as new afterwards.
    recent = [uid for uid in visit.session.list_uids(since=window.search_since) if uid < examined.uidnext]
    uids = [uid for uid in visit.session.list_uids(after=recent[0] - 1) if uid < examined.uidnext] if recent else []
    return _Listing(seen, examined, visit.session.fetch_headers(recent), uids)
