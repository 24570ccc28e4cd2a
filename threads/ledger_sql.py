"""The statements that note what became of places on the server: ledger, quarantine, cursor, progress."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass

from django.utils import timezone

from accounts.tenancy import current_account_id
from mailkit.mime_reader import READER_VERSION
from threads.letter_rows import quarantine_cells
from threads.letters import FailedLetter
from threads.models import FolderEntry
from threads.sql import Statement, insert, run, run_together, select, values


@dataclass(frozen=True, slots=True)
class Place:
    """What became of one letter on the server."""

    uid: int
    message_id: int | None
    outcome: str
    is_seen: bool
    is_on_server: bool


@dataclass(frozen=True, slots=True)
class FolderCursor:
    """How far a folder is read: see models.Folder."""

    generation: int
    uidvalidity: int
    uidnext: int
    highestmodseq: int | None
    message_count: int
    last_uid: int
    history_uid: int
    older_count: int


@dataclass(frozen=True, slots=True)
class NotedPlace:
    """A place whose row was written. `is_new`: it had none."""

    outcome: str
    is_new: bool


ENTRY_COLUMNS = "account_id, folder_id, generation, uid, message_id, outcome, is_seen, is_on_server"
# A place keeps its letter for ever; what has none may still become a letter, or be left out for another reason. But a
# letter in quarantine, whose bytes we may have, is not forgotten because it is gone from the server, and what was
# deleted here for good stays so (K60).
KEEP_FILED = """ON CONFLICT (account_id, folder_id, generation, uid) DO UPDATE
  SET message_id = excluded.message_id, outcome = excluded.outcome, is_seen = excluded.is_seen,
    is_on_server = excluded.is_on_server
  WHERE threads_folderentry.message_id IS NULL AND threads_folderentry.outcome <> excluded.outcome
    AND NOT (threads_folderentry.outcome = 'failed' AND excluded.outcome IN ('gone', 'older'))
    AND threads_folderentry.outcome <> 'deleted'
  RETURNING id, outcome, xmax = 0 AS is_new"""
# A cursor that stands still is not written.
NOTE = """
WITH {placed} freed AS (
  DELETE FROM threads_quarantinedletter q USING placed WHERE q.entry_id = placed.id AND placed.outcome <> 'failed'),
found AS (UPDATE threads_message SET on_server = true WHERE id = ANY(%s) AND NOT on_server),
moved AS (
  UPDATE threads_folder SET (generation, uidvalidity, uidnext, highestmodseq, message_count, last_uid, history_uid,
    older_count) = (%s, %s, %s, %s::bigint, %s, %s, %s, %s)
  WHERE id = %s AND (generation, uidvalidity, uidnext, highestmodseq, message_count, last_uid, history_uid,
    older_count) IS DISTINCT FROM (%s, %s, %s, %s::bigint, %s, %s, %s, %s))
SELECT outcome, is_new FROM placed
"""
NO_PLACES = "placed AS (SELECT NULL::bigint AS id, '' AS outcome, false AS is_new WHERE false),"


def note_places(
    folder_id: int, places: Iterable[Place], *, cursor: FolderCursor, found_ids: Collection[int]
) -> list[NotedPlace]:
    """Write the ledger (G13), empty the quarantine of what is none any more, note that letters lie on the server
    (again), and move the cursor. Returns the places that changed."""
    where = (current_account_id(), folder_id, cursor.generation)
    entries = _entries(where, places)
    cells = astuple(cursor)
    placed = f"placed AS ({entries.sql})," if entries else NO_PLACES
    params = [*(entries.params if entries else ()), list(found_ids), *cells, folder_id, *cells]
    return [NotedPlace(*row) for row in select(NOTE.format(placed=placed), params)]


def record_places(folder_id: int, generation: int, places: Iterable[Place]) -> None:
    """The ledger alone: for letters that are found again in new UIDs."""
    entries = _entries((current_account_id(), folder_id, generation), places)
    run_together([entries])


def mark_found(message_ids: Collection[int]) -> None:
    """They lie on the server (again)."""
    if message_ids:
        run("UPDATE threads_message SET on_server = true WHERE id = ANY(%s) AND NOT on_server", [list(message_ids)])


def _entries(where: tuple[int, int, int], places: Iterable[Place]) -> Statement | None:
    rows = ((*where, p.uid, p.message_id, p.outcome, p.is_seen, p.is_on_server) for p in places)
    return insert(FolderEntry, ENTRY_COLUMNS, rows, tail=KEEP_FILED)


QUARANTINE_CASTS = ["bigint", "text", "text", "text", "bigint", "timestamptz", "text", "text", "text"]
# What an earlier try found out is kept where this one found out nothing.
QUARANTINE = """
INSERT INTO threads_quarantinedletter AS q (account_id, entry_id, mailbox_id, reason, detail, raw_name, size,
  received_at, message_id_header, from_address, subject, reader_version, try_count, tried_at)
SELECT e.account_id, e.id, %s, v.reason, v.detail, v.raw_name, v.size, v.received_at, v.message_id, v.sender, v.subject,
  %s, 1, %s
FROM (VALUES {slots}) AS v(uid, reason, detail, raw_name, size, received_at, message_id, sender, subject)
JOIN threads_folderentry e ON e.folder_id = %s AND e.generation = %s AND e.uid = v.uid AND e.outcome = 'failed'
ON CONFLICT (account_id, entry_id) DO UPDATE SET reason = excluded.reason, detail = excluded.detail,
  raw_name = coalesce(nullif(excluded.raw_name, ''), q.raw_name), size = greatest(excluded.size, q.size),
  message_id_header = coalesce(nullif(excluded.message_id_header, ''), q.message_id_header),
  from_address = coalesce(nullif(excluded.from_address, ''), q.from_address),
  subject = coalesce(nullif(excluded.subject, ''), q.subject),
  reader_version = excluded.reader_version, try_count = q.try_count + 1, tried_at = excluded.tried_at
"""


# The same bytes in a place of before the server numbered the folder anew: one letter is shown once.
SUPERSEDED = """
DELETE FROM threads_quarantinedletter q USING threads_folderentry e
WHERE e.id = q.entry_id AND e.folder_id = %s AND e.generation < %s AND q.raw_name = ANY(%s)
"""


def quarantine(mailbox_id: int, folder_id: int, generation: int, failed: Sequence[FailedLetter]) -> None:
    """Rows for letters that failed, whose places are noted; one more try for those that are there (G14)."""
    if not failed:
        return
    slots, params = values([(letter.uid, *quarantine_cells(letter)) for letter in failed], casts=QUARANTINE_CASTS)
    where = [folder_id, generation]
    run(QUARANTINE.format(slots=slots), [mailbox_id, READER_VERSION, timezone.now(), *params, *where])
    if names := [letter.raw_name for letter in failed if letter.raw_name]:
        run(SUPERSEDED, [*where, names])


IMPORTED = "UPDATE mailboxes_mailbox SET import_done = import_done + %s WHERE id = %s"
LOADED = """
UPDATE mailboxes_mailbox SET import_done = import_done + %s, import_total = import_total + %s,
  import_older = greatest(0, import_older - %s)
WHERE id = %s
"""


def count_imported(mailbox_id: int, count: int) -> None:
    """So many letters of the first import are dealt with."""
    if count:
        run(IMPORTED, [count, mailbox_id])


def count_loaded(mailbox_id: int, count: int) -> None:
    """So many letters of before the first import are dealt with."""
    if count:
        run(LOADED, [count, count, count, mailbox_id])


EARLY_REPLIES = """
UPDATE mailboxes_mailbox SET needs_regrouping = true WHERE id = %(mailbox)s AND group_messages
  AND NOT needs_regrouping AND EXISTS (
  SELECT FROM threads_message reply JOIN threads_message answered
    ON answered.mailbox_id = reply.mailbox_id AND answered.message_id_header = reply.in_reply_to
  WHERE reply.mailbox_id = %(mailbox)s AND reply.in_reply_to = ANY(%(ids)s) AND reply.thread_id <> answered.thread_id
    AND answered.id = ANY(%(filed)s))
"""


def note_early_replies(mailbox_id: int, filed: Collection[int], message_ids: Collection[str]) -> None:
    """Replies that were filed before these letters, which they answer, stand in other threads: regrouping mends it."""
    if message_ids:
        run(EARLY_REPLIES, {"mailbox": mailbox_id, "ids": list(message_ids), "filed": list(filed)})
