"""Decide what a visit to a folder has to do. Pure: values in, values out; nothing is touched and nobody is asked.

Words: an *epoch* of a folder is the time in which its UIDs keep their meaning (RFC 9051 section 2.3.1.1); we number
epochs by `generation`. A *known* UID has a row in our ledger. Plan, then act: after pimutils/vdirsyncer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mailkit.types import FolderStatus

MASS_LEAST = 10  # a folder of fewer letters may be emptied in one go without our doubting it
EMPTY_BELIEVED_AFTER = timedelta(hours=1)  # of visits that all found nothing in it


@dataclass(frozen=True, slots=True)
class FolderMemory:
    """What we remember of a folder: its STATUS at the last visit that ended well, and how far we are.

    `uidnext` is 0 while a visit goes on that files letters, and stays so when it does not end well: then what we know
    and what the server has may differ in any way. Every UID up to `last_uid` is in the ledger or lies before the window
    of the import.
    """

    name: str
    generation: int
    uidvalidity: int  # 0: never seen
    uidnext: int
    messages: int
    highestmodseq: int | None
    last_uid: int
    highest_uid: int = 0  # in the ledger: above `last_uid` when a visit was cut short, for it begins with the newest


class Finding(StrEnum):
    """What happened in the world since the last visit."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    FIRST_SEEN = "first_seen"
    RENAMED = "renamed"
    UIDVALIDITY_CHANGED = "uidvalidity_changed"
    UIDNEXT_WENT_BACK = "uidnext_went_back"
    GONE = "gone"


NEW_EPOCHS = frozenset(
    {Finding.FIRST_SEEN, Finding.RENAMED, Finding.UIDVALIDITY_CHANGED, Finding.UIDNEXT_WENT_BACK},
)


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What to do in a folder whose epoch goes on."""

    fetch: tuple[int, ...]  # letters not in the ledger, newest first
    last_uid: int  # how far we are when these are filed
    should_compare: bool  # letters we know are gone: see which
    changes_since: int | None  # ask for what changed since this mod-sequence (RFC 7162); None: it would not help
    should_read_flags: bool  # flags may have changed, and nobody says which


class Doubt(StrEnum):
    """Why the server's answer is not believed: a key of mailboxes.advice."""

    COUNTS_DIFFER = "counts_differ"
    EMPTIED = "folder_emptied"


@dataclass(frozen=True, slots=True)
class Disappearance:
    """Which known letters are no longer on the server; none when its answer is not to be believed."""

    uids: frozenset[int]
    doubt: Doubt | None = None


def find_out(memory: FolderMemory, name: str, status: FolderStatus, *, is_same_server: bool = True) -> Finding:
    """What STATUS says of a folder that the server now lists as `name`."""
    if memory.uidvalidity == 0:
        # The mailbox was just connected, or the server made this folder later (Sent comes with the first letter sent).
        return Finding.FIRST_SEEN
    if not is_same_server:
        # The mailbox moved to another provider or user name (A13): the folder is another one, whatever its UIDVALIDITY.
        return Finding.RENAMED
    if memory.name != name:
        # Another folder took the role. UIDVALIDITY does not tell them apart: two folders may have the same.
        return Finding.RENAMED
    if memory.uidvalidity != status.uidvalidity:
        # The server lost or rebuilt its index, or the folder was deleted and made anew: all UIDs we know are void.
        return Finding.UIDVALIDITY_CHANGED
    if status.uidnext < max(memory.uidnext, memory.last_uid + 1, memory.highest_uid + 1):
        # UIDs are being given a second time though UIDVALIDITY stayed (GMX after a restore): the same as above.
        return Finding.UIDNEXT_WENT_BACK
    if _same_state(memory, status):
        # Nothing came, nothing went, and with CONDSTORE (RFC 7162) no flag changed either.
        return Finding.UNCHANGED
    return Finding.CHANGED


def _same_state(memory: FolderMemory, status: FolderStatus) -> bool:
    remembered = (memory.uidnext, memory.messages, memory.highestmodseq)
    return remembered == (status.uidnext, status.messages, status.highestmodseq)


def plan_folder(
    memory: FolderMemory, status: FolderStatus, *, listed: Collection[int], known: Collection[int]
) -> FolderPlan:
    """`listed` are the server's UIDs above `memory.last_uid`, `known` those of them that are in the ledger."""
    # Servers answer "n:*" with the last letter when there is none above n, and some list a UID twice or in any order.
    above = {uid for uid in listed if uid > memory.last_uid}
    # A server that counts its mod-sequences anew has forgotten what we ask about.
    can_tell = memory.highestmodseq is not None and (status.highestmodseq or 0) >= memory.highestmodseq
    return FolderPlan(
        fetch=tuple(sorted(above.difference(known), reverse=True)),
        last_uid=max(above, default=memory.last_uid),
        should_compare=_lost_letters(memory, status, above),
        changes_since=memory.highestmodseq if can_tell and status.highestmodseq != memory.highestmodseq else None,
        # Without CONDSTORE nobody says whether flags changed, so they are read whenever anything did.
        should_read_flags=not can_tell,
    )


def plan_missing(known: Collection[int], listed: Collection[int], *, first: int, last: int) -> tuple[int, ...]:
    """Letters between `first` and `last`, which we have looked at, that are not in the ledger; newest first.

    There should be none: a server did not list them when it was their turn (an index that lagged behind).
    """
    return tuple(sorted((uid for uid in set(listed).difference(known) if first <= uid <= last), reverse=True))


def _lost_letters(memory: FolderMemory, status: FolderStatus, above: Collection[int]) -> bool:
    """What was there and what came since must add up to what is there; if not, letters went."""
    if memory.uidnext == 0:
        # The last visit was cut short, perhaps after it filed what had come and before it saw what had gone.
        return True
    if memory.last_uid >= memory.uidnext:
        # Letters came while the last visit looked, and were filed: the number that it remembers does not have them.
        return True
    came = sum(memory.uidnext <= uid < status.uidnext for uid in above)
    return memory.messages + came != status.messages


def plan_disappeared(
    known: Collection[int], listed: Collection[int], *, messages: int, empty_for: timedelta = timedelta()
) -> Disappearance:
    """`known`: on the server, says the ledger; `listed`: all UIDs there; `messages`: how many the server counts;
    `empty_for`: so long all visits found nothing there, whatever they asked.
    """
    gone = frozenset(known).difference(listed)
    if len(set(listed)) < messages:
        # SEARCH tells of fewer letters than the server counts: an index being rebuilt, or an answer cut short.
        return Disappearance(frozenset(), Doubt.COUNTS_DIFFER)
    if not listed and len(gone) >= MASS_LEAST and empty_for < EMPTY_BELIEVED_AFTER:
        # All of it at once. A person may have archived everything, but a failing store looks just the same. Believed
        # as soon as the folder lists a letter again, or has been empty for a while.
        return Disappearance(frozenset(), Doubt.EMPTIED)
    return Disappearance(gone)
