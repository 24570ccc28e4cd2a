"""What happens to letters on the server after they were filed: read marks (G06) and disappearance (K61)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import live
from mailboxes.leases import Lease, hold
from threads.letters import SEEN
from threads.models import Folder
from threads.sql import run, select, values
from threads.thread_counts import lock_threads, recount_threads


@transaction.atomic
def apply_flags(folder: Folder, flags: Mapping[int, Collection[str]], *, lease: Lease) -> int:
    """Let read states follow the server's marks, by UID, where these changed. Raises LeaseLost. Returns how many did.

    Only changes count: a letter that was opened here stays read, though the server, whose marks we never touch, does
    not know of it (G06).
    """
    mailbox = hold(lease)
    changed = _select_changed_marks(folder.pk, folder.generation, {uid: SEEN in names for uid, names in flags.items()})
    threads = {mark.thread_id for mark in changed if mark.thread_id is not None}
    lock_threads(threads)
    count = sum(_set_seen([m for m in changed if m.is_seen == seen], is_seen=seen) for seen in (True, False))
    if count:
        recount_threads(threads)
        live.publish("mail", mailbox_id=mailbox.pk)
    return count


@transaction.atomic
def mark_vanished(folder: Folder, uids: Collection[int], *, lease: Lease) -> int:
    """These places are empty now, and so are those of older generations: what still lies there has a new place.

    Their letters stay (K61); how many of them lie nowhere else. Raises LeaseLost.
    """
    hold(lease)
    return _empty_places(folder.pk, folder.generation, uids)


@dataclass(frozen=True, slots=True)
class Returned:
    """Places that were taken for empty and are not."""

    filled: int  # whose letters lie there again
    unfetched: frozenset[int]  # UIDs that were gone before their letters could be fetched


@transaction.atomic
def mark_returned(folder: Folder, uids: Collection[int], *, lease: Lease) -> Returned:
    """The server lists these, whatever it did before: an index that lagged behind, a store that was away. Raises
    LeaseLost.
    """
    if not uids:
        return Returned(0, frozenset())
    hold(lease)
    places = select(RETURNED, [folder.pk, folder.generation, list(uids)])
    message_ids = [message_id for _uid, _outcome, message_id in places if message_id is not None]
    if message_ids:
        run("UPDATE threads_message SET on_server = true WHERE id = ANY(%s) AND NOT on_server", [message_ids])
    return Returned(len(places), frozenset(uid for uid, outcome, _id in places if outcome == "gone"))


@dataclass(frozen=True, slots=True)
class ChangedMark:
    """A place whose read mark is not what we knew."""

    entry_id: int
    is_seen: bool
    message_id: int | None
    thread_id: int | None


CHANGED_MARKS = """
SELECT e.id, v.seen, e.message_id, m.thread_id
FROM (VALUES {slots}) AS v(uid, seen)
JOIN threads_folderentry e ON e.folder_id = %s AND e.generation = %s AND e.uid = v.uid
LEFT JOIN threads_message m ON m.id = e.message_id
WHERE e.is_seen <> v.seen
"""
SET_SEEN = "UPDATE threads_folderentry SET is_seen = %s WHERE id = ANY(%s)"
# What we sent is always read.
SET_READ = "UPDATE threads_message SET is_read = %s WHERE id = ANY(%s) AND is_read <> %s AND direction = 'incoming'"


def _select_changed_marks(folder_id: int, generation: int, seen: Mapping[int, bool]) -> list[ChangedMark]:
    if not seen:
        return []
    slots, params = values(list(seen.items()), casts=["bigint", "boolean"])
    found = select(CHANGED_MARKS.format(slots=slots), [*params, folder_id, generation])
    return [ChangedMark(*row) for row in found]


def _set_seen(marks: Sequence[ChangedMark], *, is_seen: bool) -> int:
    """The number of letters whose read state changed."""
    if not marks:
        return 0
    run(SET_SEEN, [is_seen, [mark.entry_id for mark in marks]])
    return run(SET_READ, [is_seen, [mark.message_id for mark in marks if mark.message_id is not None], is_seen])


RETURNED = """
UPDATE threads_folderentry SET is_on_server = outcome <> 'gone'
WHERE folder_id = %s AND generation = %s AND uid = ANY(%s) AND NOT is_on_server RETURNING uid, outcome, message_id
"""
EMPTY_PLACES = """
UPDATE threads_folderentry SET is_on_server = false
WHERE folder_id = %s AND (generation = %s AND uid = ANY(%s) OR generation < %s) AND is_on_server RETURNING message_id
"""
# A letter may lie in several places; it is gone when the last is. Places of older generations are none any more.
NOWHERE = """
UPDATE threads_message m SET on_server = false
WHERE m.id = ANY(%s) AND m.on_server AND NOT EXISTS (
  SELECT FROM threads_folderentry e JOIN threads_folder f ON f.id = e.folder_id AND f.generation = e.generation
  WHERE e.message_id = m.id AND e.is_on_server)
"""


def _empty_places(folder_id: int, generation: int, uids: Collection[int]) -> int:
    """The number of letters that lie nowhere any more."""
    emptied = select(EMPTY_PLACES, [folder_id, generation, list(uids), generation])
    message_ids = [pk for (pk,) in emptied if pk is not None]
    return run(NOWHERE, [message_ids]) if message_ids else 0
