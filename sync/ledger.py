"""What we know of a folder: its cursor, and the rows of its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum

from mailboxes.leases import Lease, hold
from mailboxes.models import Mailbox
from mailkit.types import FolderStatus
from sync.planner import FolderMemory
from threads.filing import FolderCursor
from threads.models import Folder, FolderEntry, QuarantinedLetter

FLAG_WINDOW = 500  # as many of the newest letters have their flags followed, where the server does not tell changes
Outcome = FolderEntry.Outcome


def memory_of(folder: Folder) -> FolderMemory:
    return FolderMemory(
        name=folder.name,
        generation=folder.generation,
        uidvalidity=folder.uidvalidity,
        uidnext=folder.uidnext,
        messages=folder.message_count,
        highestmodseq=folder.highestmodseq,
        last_uid=folder.last_uid,
        # Only a visit that did not end well leaves letters above `last_uid`.
        highest_uid=0 if folder.uidnext else _highest_uid(folder),
    )


def _highest_uid(folder: Folder) -> int:
    return _entries(folder).order_by("-uid").values_list("uid", flat=True).first() or 0


def cursor_of(folder: Folder) -> FolderCursor:
    return FolderCursor(
        generation=folder.generation,
        uidvalidity=folder.uidvalidity,
        uidnext=folder.uidnext,
        highestmodseq=folder.highestmodseq,
        message_count=folder.message_count,
        last_uid=folder.last_uid,
        history_uid=folder.history_uid,
        older_count=folder.older_count,
    )


def unsettle_cursor(folder: Folder) -> FolderCursor:
    """For the batches of a visit: until it ends well, the STATUS of the last one proves nothing (see FolderMemory).

    The mod-sequence stays: it says since when flags have not been followed, however often we are cut short.
    """
    folder.uidnext = 0
    return cursor_of(folder)


@transaction.atomic
def settle(folder: Folder, status: FolderStatus, *, last_uid: int, lease: Lease) -> None:
    """The visit ended well. `status` is that of its beginning, so what happened meanwhile shows up at the next one."""
    hold(lease)
    _update(
        folder,
        uidnext=status.uidnext,
        highestmodseq=status.highestmodseq,
        message_count=status.messages,
        last_uid=last_uid,
        empty_since=None,
    )


@transaction.atomic
def unsettle(folder: Folder, *, last_uid: int, empty_since: datetime | None, lease: Lease) -> None:
    """All letters are here, but what the server said of those gone is not believed: it is asked again next time."""
    hold(lease)
    _update(folder, uidnext=0, last_uid=last_uid, empty_since=empty_since)


@transaction.atomic
def note_gone(folder: Folder, *, lease: Lease) -> None:
    """The server has no such folder. Should it come back, all that it holds is compared (see FolderMemory)."""
    hold(lease)
    _update(folder, uidnext=0, highestmodseq=None, message_count=0, older_count=0, empty_since=None)


def is_noted_gone(folder: Folder) -> bool:
    return folder.uidnext == folder.message_count == folder.older_count == 0


def note_removed(folder: Folder, count: int) -> None:
    """By us, since the STATUS of this visit. Inside a transaction that holds the lease."""
    _update(folder, message_count=max(0, folder.message_count - count))


@dataclass(frozen=True, slots=True)
class Epoch:
    """What the beginning of an epoch decides about a folder's letters."""

    floor: int  # no letter up to this UID will be fetched, unless older mail is asked for
    left_out: Sequence[int]  # above the floor, and not wanted either: each gets a row that says so
    older_count: int  # letters up to the floor
    silent_uid: int = 0  # letters up to this UID are no news


def begin_epoch(folder: Folder, examined: FolderStatus, epoch: Epoch, *, name: str, server: str) -> None:
    """Inside a transaction that holds the lease: the folder's UIDs mean what they mean on the server now."""
    generation = folder.generation + 1 if folder.uidvalidity else folder.generation
    _update(
        folder,
        name=name,
        server=server,
        generation=generation,
        uidvalidity=examined.uidvalidity,
        uidnext=0,
        highestmodseq=None,
        message_count=examined.messages,
        last_uid=epoch.floor,
        history_uid=epoch.floor + 1,
        older_count=epoch.older_count,
        silent_uid=epoch.silent_uid,
        empty_since=None,
    )
    rows = [FolderEntry(folder=folder, generation=generation, uid=uid, outcome=Outcome.OLDER) for uid in epoch.left_out]
    FolderEntry.objects.bulk_create(rows, batch_size=1000)


def _update(folder: Folder, **values: int | str | datetime | None) -> None:
    # Not when nothing changes: a folder that is asked again at each visit would be written at each visit.
    Folder.objects.filter(pk=folder.pk).exclude(**values).update(**values)
    for name, value in values.items():
        setattr(folder, name, value)


@transaction.atomic
def recount_older(mailbox: Mailbox, lease: Lease, older_counts: dict[Folder, int] | None = None) -> int:
    """How much is on the server that was left out as older (K10): noted in the mailbox's row, and returned."""
    hold(lease)
    for folder, count in (older_counts or {}).items():
        _update(folder, older_count=count)
    folders = Folder.objects.filter(mailbox=mailbox)
    below = folders.aggregate(total=Sum("older_count"))["total"] or 0
    above = sum(older_uids(folder).count() for folder in folders)
    Mailbox.objects.filter(pk=mailbox.pk).exclude(import_older=below + above).update(import_older=below + above)
    return below + above


@transaction.atomic
def unmark(folder: Folder, uid: int, *, was_left_out: bool, lease: Lease) -> None:
    """This letter was set aside before it was read, in case that broke the worker; it was not read. As before that."""
    hold(lease)
    marked = _entries(folder).filter(uid=uid, outcome=Outcome.FAILED, message=None)
    if was_left_out and uid >= folder.history_uid:
        QuarantinedLetter.objects.filter(entry__in=marked).delete()
        marked.update(outcome=Outcome.OLDER)
    elif marked.delete()[0] and was_left_out:
        _update(folder, older_count=folder.older_count + 1)


def older_uids(folder: Folder) -> QuerySet[FolderEntry, int]:
    """Those that lie among imported ones but were left out as older."""
    left_out = _entries(folder).filter(outcome=Outcome.OLDER, is_on_server=True)
    return left_out.order_by("-uid").values_list("uid", flat=True)


def known_above(folder: Folder, uid: int) -> set[int]:
    """UIDs after this one that are in the ledger: left out, or filed by a visit that was cut short."""
    return set(_entries(folder).filter(uid__gt=uid).values_list("uid", flat=True))


def done_below(folder: Folder, uid: int) -> set[int]:
    """UIDs before this one that older mail was loaded of already."""
    return set(_entries(folder).filter(uid__lt=uid).exclude(outcome=Outcome.OLDER).values_list("uid", flat=True))


def known_on_server(folder: Folder) -> set[int]:
    return set(_entries(folder).filter(is_on_server=True).values_list("uid", flat=True))


def count_on_server(folder: Folder) -> int:
    """As many letters as there must be on the server, says the ledger."""
    return _entries(folder).filter(is_on_server=True).count() + folder.older_count


def newest_imported(folder: Folder) -> list[int]:
    imported = _entries(folder).filter(is_on_server=True, outcome=Outcome.IMPORTED)
    return list(imported.order_by("-uid").values_list("uid", flat=True)[:FLAG_WINDOW])


def _entries(folder: Folder) -> QuerySet[FolderEntry]:
    return FolderEntry.objects.filter(folder=folder, generation=folder.generation)
