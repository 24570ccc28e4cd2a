"""The statements of filing: each once a batch, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.tenancy import current_account_id
from threads import letters
from threads.grouping import Direction
from threads.letters import PreparedLetter
from threads.sql import insert, run, select, values


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A stored letter that one of the batch may be, or may answer."""

    id: int
    identity: bytes
    message_id_header: str
    thread_id: int
    client_key: str
    is_ours: bool
    is_outgoing: bool
    on_server: bool


KNOWN = """
SELECT m.id, m.identity, m.message_id_header, m.thread_id, t.counterpart_key, m.is_ours, m.direction, m.on_server
FROM threads_message m JOIN threads_thread t ON t.id = m.thread_id
WHERE m.mailbox_id = %s AND (m.identity = ANY(%s) OR m.message_id_header = ANY(%s)) ORDER BY m.id
"""
BY_GROUP = """
SELECT wanted.key, (
  SELECT m.thread_id FROM threads_message m WHERE m.mailbox_id = %s AND m.group_key = wanted.key ORDER BY m.id LIMIT 1)
FROM unnest(%s::bytea[]) AS wanted(key)
"""


def select_known(mailbox_id: int, identities: Collection[bytes], message_ids: Collection[str]) -> list[KnownMessage]:
    """Deleted ones too: they never come back (K60)."""
    found = select(KNOWN, [mailbox_id, list(identities), list(message_ids)])
    return [
        KnownMessage(pk, bytes(identity), header, thread, client, ours, direction == Direction.OUTGOING, on_server)
        for pk, identity, header, thread, client, ours, direction, on_server in found
    ]


def select_threads_by_group(mailbox_id: int, keys: Collection[bytes]) -> dict[bytes, int]:
    """The thread of the first letter of each client and subject."""
    found = select(BY_GROUP, [mailbox_id, list(keys)])
    return {bytes(key): thread_id for key, thread_id in found if thread_id is not None}


def insert_threads(mailbox_id: int, first_letters: Sequence[PreparedLetter]) -> list[int]:
    """A new thread for each of these letters; the counts are made by recount_threads."""
    account_id = current_account_id()
    columns = """account_id, mailbox_id, subject, counterpart_address, counterpart_key, counterpart_name, snippet,
      message_count, incoming_count, outgoing_count, unread_count, deleted_count, has_attachments, last_message_at"""
    rows = [
        (account_id, mailbox_id, "", *letters.client_cells(letter.client), "", 0, 0, 0, 0, 0, False, letter.received_at)
        for letter in first_letters
    ]
    return [thread_id for (thread_id,) in insert("threads_thread", columns, rows, tail="RETURNING id")]


def fill_client_names(names: Mapping[int, str]) -> None:
    """For threads that began with a letter without the client's name, such as our own to a bare address."""
    if not names:
        return
    slots, params = values(list(names.items()), casts=["bigint", "text"])
    run(
        f"UPDATE threads_thread t SET counterpart_name = v.name FROM (VALUES {slots}) AS v(id, name) WHERE t.id = v.id",  # noqa: S608
        params,
    )


def insert_messages(
    mailbox_id: int, placed: Sequence[tuple[PreparedLetter, int, str]], *, on_server: bool
) -> list[int]:
    """The ids of (letter, thread id, reason), in their order."""
    account_id, now = current_account_id(), timezone.now()
    rows = [
        (account_id, mailbox_id, thread_id, reason, *letters.message_cells(letter), on_server, now)
        for letter, thread_id, reason in placed
    ]
    return [pk for (pk,) in insert("threads_message", letters.MESSAGE_COLUMNS, rows, tail="RETURNING id")]


INSERT_BODIES = """INSERT INTO threads_messagebody (account_id, message_id, mailbox_id, received_at, text, html,
  policy_version, has_remote_images, raw_name, raw_is_whole, search) VALUES """
BODY_SLOTS = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, threads_search_vector(%s, %s, %s))"


def insert_parts(mailbox_id: int, filed: Mapping[int, PreparedLetter]) -> None:
    """Bodies, people and files of the letters with these ids."""
    account_id = current_account_id()
    bodies = [(account_id, pk, mailbox_id, *letters.body_cells(letter)) for pk, letter in filed.items()]
    run(INSERT_BODIES + ", ".join([BODY_SLOTS] * len(bodies)), [cell for row in bodies for cell in row])
    people = ((account_id, pk, *c) for pk, letter in filed.items() for c in letters.participant_cells(letter.parsed))
    insert("threads_participant", letters.PARTICIPANT_COLUMNS, people)
    files = ((account_id, pk, *c) for pk, letter in filed.items() for c in letters.attachment_cells(letter.parsed))
    insert("threads_attachment", letters.ATTACHMENT_COLUMNS, files)


@dataclass(frozen=True, slots=True)
class Place:
    """What became of one letter on the server."""

    uid: int
    message_id: int | None
    outcome: str
    is_seen: bool
    is_on_server: bool


ENTRY_COLUMNS = "account_id, folder_id, generation, uid, message_id, outcome, is_seen, is_on_server"
# A place keeps its letter for ever; only what was left out before may still become a letter, or fail in another way.
KEEP_FILED = """ON CONFLICT (account_id, folder_id, generation, uid) DO UPDATE
  SET message_id = excluded.message_id, outcome = excluded.outcome, is_seen = excluded.is_seen,
    is_on_server = excluded.is_on_server
  WHERE threads_folderentry.message_id IS NULL AND threads_folderentry.outcome <> excluded.outcome
  RETURNING outcome, xmax = 0"""


def record_places(folder_id: int, generation: int, places: Iterable[Place]) -> list[str]:
    """Write the ledger (G13); the outcomes of places that were not in it."""
    account_id = current_account_id()
    rows = [
        (account_id, folder_id, generation, p.uid, p.message_id, p.outcome, p.is_seen, p.is_on_server) for p in places
    ]
    changed = insert("threads_folderentry", ENTRY_COLUMNS, rows, tail=KEEP_FILED)
    return [outcome for outcome, is_new in changed if is_new]


EARLY_REPLIES = """
UPDATE mailboxes_mailbox SET needs_regrouping = true WHERE id = %(mailbox)s AND group_messages AND EXISTS (
  SELECT FROM threads_message reply JOIN threads_message answered
    ON answered.mailbox_id = reply.mailbox_id AND answered.message_id_header = reply.in_reply_to
  WHERE reply.mailbox_id = %(mailbox)s AND reply.in_reply_to = ANY(%(ids)s) AND reply.thread_id <> answered.thread_id
    AND answered.id = ANY(%(filed)s))
"""


def note_early_replies(mailbox_id: int, filed: Collection[int], message_ids: Collection[str]) -> None:
    """Replies that were filed before these letters, which they answer, stand in other threads: regrouping mends it."""
    if message_ids:
        run(EARLY_REPLIES, {"mailbox": mailbox_id, "ids": list(message_ids), "filed": list(filed)})


def mark_found(message_ids: Collection[int]) -> None:
    """They lie on the server (again)."""
    if message_ids:
        run("UPDATE threads_message SET on_server = true WHERE id = ANY(%s) AND NOT on_server", [list(message_ids)])


@dataclass(frozen=True, slots=True)
class FolderCursor:
    """How far a folder is read: see models.Folder."""

    generation: int
    uidvalidity: int
    uidnext: int
    highestmodseq: int | None
    message_count: int
    last_uid: int


MOVE_CURSOR = """
UPDATE threads_folder SET generation = %s, uidvalidity = %s, uidnext = %s, highestmodseq = %s, message_count = %s,
  last_uid = %s
WHERE id = %s AND (generation, uidvalidity, uidnext, highestmodseq, message_count, last_uid)
  IS DISTINCT FROM (%s, %s, %s, %s::bigint, %s, %s)
"""


def move_cursor(folder_id: int, cursor: FolderCursor) -> None:
    cells = [
        cursor.generation,
        cursor.uidvalidity,
        cursor.uidnext,
        cursor.highestmodseq,
        cursor.message_count,
        cursor.last_uid,
    ]
    run(MOVE_CURSOR, [*cells, folder_id, *cells])


def count_imported(mailbox_id: int, count: int) -> None:
    if count:
        run("UPDATE mailboxes_mailbox SET import_done = import_done + %s WHERE id = %s", [count, mailbox_id])
