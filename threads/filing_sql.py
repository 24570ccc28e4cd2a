"""The statements that make rows of letters: each once a batch, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.tenancy import current_account_id
from threads import letter_rows as rows
from threads.correspondent_rows import note_correspondents
from threads.grouping import Client, Direction
from threads.letters import PreparedLetter
from threads.linking import HOLD_CARDS, HOLD_CARDS_ALONE
from threads.models import Attachment, BounceReport, CalendarEvent, Message, MessageBody, Participant, Thread
from threads.sql import Computed, Statement, insert, run_together, select, values


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


# Deleted ones too: they never come back (K60); the last part has those that are gone for good. The second part finds
# the thread of each client and subject: that of the newest letter that people merged or split (G01), else of the first
# one. All are as simple as can be: during a first import the planner has no statistics, takes the mailbox for one row
# and every index of it for the right one. One pass over the mailbox is the worst that it can choose here.
KNOWN = """
SELECT id, identity, message_id_header, thread_id, client_key, NULL AS group_key, is_ours, direction, on_server
FROM threads_message WHERE mailbox_id = %s AND (identity = ANY(%s) OR message_id_header = ANY(%s))
UNION ALL (SELECT DISTINCT ON (group_key) id, NULL, NULL, thread_id, NULL, group_key, NULL, NULL, NULL
  FROM threads_message WHERE mailbox_id = %s AND group_key = ANY(%s)
  ORDER BY group_key, manual_group IS NULL, CASE WHEN manual_group IS NOT NULL THEN received_at END DESC,
    CASE WHEN manual_group IS NOT NULL THEN -id ELSE id END)
UNION ALL SELECT NULL, identity, message_id_header, NULL, NULL, NULL, is_ours, NULL, NULL
  FROM threads_tombstone WHERE mailbox_id = %s AND (identity = ANY(%s) OR is_ours AND message_id_header = ANY(%s))
ORDER BY 1
"""
TAKE_IDS = """
SELECT ARRAY(SELECT nextval('threads_thread_id_seq') FROM generate_series(1, %s)),
  ARRAY(SELECT nextval('threads_message_id_seq') FROM generate_series(1, %s)), """
TAKE_IDS_LINKING = TAKE_IDS + HOLD_CARDS
TAKE_IDS_ALONE = TAKE_IDS + HOLD_CARDS_ALONE.removeprefix("SELECT ")
THREAD_COLUMNS = """account_id, mailbox_id, id, counterpart_address, counterpart_key, counterpart_name, subject,
  snippet, message_count, incoming_count, outgoing_count, unread_count, deleted_count, has_attachments,
  last_message_at"""
SEARCH_VECTOR = Computed("threads_search_vector({}, {}, {}, {})", ["text"] * 4)


@dataclass(frozen=True, slots=True)
class Known:
    """What the mailbox has of the letters that were asked for, and had of those that are gone for good."""

    messages: Sequence[KnownMessage]  # in the order of their ids
    threads: Mapping[bytes, int]  # by client and subject
    buried: frozenset[bytes]  # identities
    buried_ours: frozenset[str]  # Message-IDs of letters that we sent


def select_known(
    mailbox_id: int, identities: Collection[bytes], message_ids: Collection[str], group_keys: Collection[bytes]
) -> Known:
    messages: list[KnownMessage] = []
    threads: dict[bytes, int] = {}
    buried: list[tuple[bytes, str]] = []
    asked = [mailbox_id, list(identities), list(message_ids)]
    params = [*asked, mailbox_id, list(group_keys), *asked]
    for pk, identity, header, thread_id, client, key, ours, direction, on_server in select(KNOWN, params):
        if key is not None:
            threads[bytes(key)] = thread_id
        elif pk is None:
            buried.append((bytes(identity), header if ours else ""))
        else:
            is_outgoing = direction == Direction.OUTGOING
            messages.append(KnownMessage(pk, bytes(identity), header, thread_id, client, ours, is_outgoing, on_server))
    of_ours = frozenset(header for _identity, header in buried if header)
    return Known(messages, threads, frozenset(identity for identity, _header in buried), of_ours)


def take_ids(*, threads: int, messages: int, links_alone: bool) -> tuple[list[int], list[int]]:
    """Ids for new threads and messages, ascending, so that all their rows go in one statement; and the lock of
    linking, which is held from before the letters are there: alone, where cards are made of who wrote them."""
    statement = TAKE_IDS_ALONE if links_alone else TAKE_IDS_LINKING
    thread_ids, message_ids, _ = select(statement, [threads, messages, current_account_id()])[0]
    return thread_ids, message_ids


@dataclass(frozen=True, slots=True)
class NewRows:
    """All that letters of a batch become."""

    threads: Mapping[int, PreparedLetter]  # by id: a letter with the client of the thread
    named: Mapping[int, Client]  # existing threads without the name of their client, by id, and where it is found now
    messages: Mapping[int, PreparedLetter]  # by id
    placed: Mapping[int, tuple[int, str]]  # thread and reason, by id of the message
    raw_names: Mapping[int, str]  # by id of the message


def insert_letters(mailbox_id: int, new: NewRows, *, on_server: bool) -> list[tuple[int, str]]:
    """Threads, messages, bodies, people and files; the counts of the threads are made by recount_threads. Returns
    (message id, email key) of all who take part, for linking."""
    account_id, now = current_account_id(), timezone.now()
    box = (account_id, mailbox_id)
    people = [(account_id, pk, *c) for pk, letter in new.messages.items() for c in letter.cells.participants]
    run_together(
        [
            insert(Thread, THREAD_COLUMNS, (_thread_cells(box, *each) for each in new.threads.items())),
            _name_clients(new.named),
            insert(
                Message,
                rows.MESSAGE_COLUMNS,
                (
                    (*box, pk, *new.placed[pk], on_server, now, *letter.cells.message)
                    for pk, letter in new.messages.items()
                ),
            ),
            insert(
                MessageBody,
                rows.BODY_COLUMNS,
                ((*box, pk, new.raw_names[pk], *letter.cells.body) for pk, letter in new.messages.items()),
                last=SEARCH_VECTOR,
            ),
            insert(Participant, rows.PARTICIPANT_COLUMNS, people),
            note_correspondents(mailbox_id, new.messages.values()),
            insert(
                Attachment,
                rows.ATTACHMENT_COLUMNS,
                ((account_id, pk, *c) for pk, letter in new.messages.items() for c in letter.cells.attachments),
            ),
            insert(
                BounceReport,
                rows.BOUNCE_COLUMNS,
                ((account_id, pk, *c) for pk, letter in new.messages.items() for c in letter.cells.bounces),
            ),
            insert(
                CalendarEvent,
                rows.EVENT_COLUMNS,
                ((account_id, pk, *c) for pk, letter in new.messages.items() for c in letter.cells.events),
            ),
        ]
    )
    return [(pk, key) for _account, pk, _role, _position, _email, key, _name in people]


def _thread_cells(box: tuple[int, int], pk: int, first: PreparedLetter) -> rows.Cells:
    counts = (0, 0, 0, 0, 0, False)
    return (*box, pk, *rows.client_cells(first.client), "", "", *counts, first.incoming.received_at)


# Not where the letter is of another client than the thread: it was merged by hand then.
NAME_CLIENTS = """UPDATE threads_thread t SET counterpart_name = v.name
  FROM (VALUES {slots}) AS v(id, key, name) WHERE t.id = v.id AND t.counterpart_key = v.key"""


def _name_clients(clients: Mapping[int, Client]) -> Statement | None:
    """For threads that began with a letter without the client's name, such as our own to a bare address."""
    if not clients:
        return None
    cells = ((thread_id, rows.client_cells(client)) for thread_id, client in clients.items())
    names = [(thread_id, key, name) for thread_id, (_address, key, name) in cells]
    slots, params = values(names, casts=["bigint", "text", "text"])
    return Statement(NAME_CLIENTS.format(slots=slots), params)


WHOLE = """UPDATE threads_messagebody b SET raw_name = v.name, raw_is_whole = true
  FROM (VALUES {slots}) AS v(message_id, name) WHERE b.message_id = v.message_id AND NOT b.raw_is_whole"""
COPIED = """UPDATE threads_attachment a SET stored_name = v.name
  FROM (VALUES {slots}) AS v(message_id, section, name)
  WHERE a.message_id = v.message_id AND a.section = v.section AND a.stored_name = ''"""


def keep_copies(whole: Mapping[int, str], files: Sequence[tuple[int, str, str]]) -> None:
    """Of letters that are stored already: names of whole raw letters, and (message id, section, name) of files."""
    statements = []
    if whole:
        slots, params = values(list(whole.items()), casts=["bigint", "text"])
        statements.append(Statement(WHOLE.format(slots=slots), params))
    if files:
        slots, params = values(files, casts=["bigint", "text", "text"])
        statements.append(Statement(COPIED.format(slots=slots), params))
    run_together(statements)
