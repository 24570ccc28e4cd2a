"""The rows of bench.big_data: accounts by the product's own services, everything else by COPY and INSERT ... SELECT."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection

from accounts.roles import database_owner
from accounts.services import create_account
from accounts.tenancy import tenant
from bench.big_data import SEED, BigAccount, account_sizes, letter_lines, people_of, texts
from bench.event_stream import session_of
from bench.vocabularies import ENGLISH, RUSSIAN
from crm.models import Contact, ContactEmail
from mailboxes.models import Mailbox
from mailkit.html_cleaner import POLICY_VERSION

CHUNK = 50_000  # lines of one COPY
TABLES = (
    "threads_thread",
    "threads_message",
    "threads_messagebody",
    "threads_participant",
    "threads_attachment",
    "threads_correspondent",
)
REFERENCED = ("mailboxes_mailbox", "accounts_membership")  # read when the foreign keys are made again
STAGING = """
CREATE UNLOGGED TABLE bench_pool (number int PRIMARY KEY, text text, search tsvector);
CREATE UNLOGGED TABLE bench_letter (id bigint, account_id bigint, mailbox_id bigint, thread_id bigint, person int,
  text int, at bigint, subject text, is_outgoing bool, is_read bool, has_files bool, email text, name text);
"""
# What the letter's number decides: a third is outgoing, a fifth has a file, one in twelve is not read.
COMPLETE = """
UPDATE bench_pool SET search = threads_search_vector('', '', text, '');
UPDATE bench_letter l SET is_outgoing = id % 3 = 1, is_read = id % 3 = 1 OR id % 12 <> 0, has_files = id % 5 = 0,
  email = 'user' || person || '@company' || person % 60 || '.example',
  name = 'Person' || person || ' Family' || person % 97,
  subject = initcap(split_part(p.text, ' ', 1)) || ' ' || split_part(p.text, ' ', 2) || ' ' || l.thread_id
FROM bench_pool p WHERE p.number = l.thread_id % 4000;
ANALYZE bench_pool, bench_letter;
"""
# Each table as filing would have left it. The words of a text are counted once, in the pool.
ROWS = """
INSERT INTO threads_thread (id, account_id, mailbox_id, subject, counterpart_address, counterpart_key, counterpart_name,
  snippet, message_count, incoming_count, outgoing_count, unread_count, deleted_count, has_attachments, last_message_at,
  is_waiting)
SELECT l.thread_id, min(account_id), min(mailbox_id), min(subject), min(email), min(email), min(name),
  left(min(p.text), 200), count(*), count(*) FILTER (WHERE NOT is_outgoing), count(*) FILTER (WHERE is_outgoing),
  count(*) FILTER (WHERE NOT is_read), 0, bool_or(has_files), to_timestamp(max(at)), false
FROM bench_letter l JOIN bench_pool p ON p.number = l.text GROUP BY l.thread_id;

INSERT INTO threads_message (id, account_id, mailbox_id, thread_id, thread_reason, identity, group_key, client_key,
  message_id_header, in_reply_to, reference_ids, direction, subject, from_address, from_name, snippet, received_at,
  sent_at, size, is_ours, is_read, on_server, has_attachments, filed_at)
SELECT l.id, account_id, mailbox_id, thread_id, 'subject', sha256(int8send(l.id)), sha256(int8send(thread_id)), email,
  l.id || '@bench.example', '', '{}', CASE WHEN is_outgoing THEN 'outgoing' ELSE 'incoming' END, subject,
  CASE WHEN is_outgoing THEN 'sales@bench.example' ELSE email END, CASE WHEN is_outgoing THEN 'Sales' ELSE name END,
  left(p.text, 200), to_timestamp(at), to_timestamp(at), 9000, false, is_read, true, has_files, to_timestamp(at)
FROM bench_letter l JOIN bench_pool p ON p.number = l.text ORDER BY l.id;

INSERT INTO threads_messagebody (account_id, mailbox_id, message_id, received_at, text, html, policy_version,
  has_remote_images, raw_name, raw_is_whole, search)
SELECT account_id, mailbox_id, l.id, to_timestamp(at), p.text || ' rare' || l.id,
  CASE WHEN l.id % 4 = 0 THEN '<p>' || p.text || '</p>' ELSE '' END, {policy}, false, 'bench/none', false,
  p.search || threads_search_vector(subject, name || ' ' || replace(replace(email, '@', ' '), '.', ' '), 'rare' || l.id,
    CASE WHEN is_outgoing THEN 'in:sent to:' ELSE 'in:inbox from:' END || email)
FROM bench_letter l JOIN bench_pool p ON p.number = l.text ORDER BY l.id;

INSERT INTO threads_participant (account_id, message_id, role, position, email, email_key, name)
SELECT account_id, id, CASE WHEN is_outgoing THEN 'to' ELSE 'from' END, 0, email, email, name FROM bench_letter
UNION ALL
SELECT account_id, id, CASE WHEN is_outgoing THEN 'from' ELSE 'to' END, 0, 'sales@bench.example', 'sales@bench.example',
  'Sales' FROM bench_letter;

INSERT INTO threads_attachment (account_id, message_id, section, filename, content_type, size, content_id, is_inline,
  stored_name)
SELECT account_id, id, '2', 'offer.pdf', 'application/pdf', 30000, '', false, '' FROM bench_letter WHERE has_files;

INSERT INTO threads_correspondent (account_id, mailbox_id, email, email_key, name, sought, last_at)
SELECT account_id, mailbox_id, email, email, min(name),
  lower(' ' || min(name) || ' ' || replace(replace(email, '@', ' '), '.', ' ')), to_timestamp(max(at))
FROM bench_letter GROUP BY account_id, mailbox_id, email;

SELECT setval('threads_thread_id_seq', (SELECT max(id) FROM threads_thread)),
  setval('threads_message_id_seq', (SELECT max(id) FROM threads_message));
DROP TABLE bench_letter, bench_pool;
"""
# For bench.plain: conversations as a list shows them, in a table that knows no walls.
PLAIN = """
CREATE TABLE bench_plain AS SELECT id, account_id, mailbox_id, subject, counterpart_address, counterpart_name, snippet,
  message_count, unread_count, has_attachments, last_message_at FROM threads_thread;
ALTER TABLE bench_plain ADD PRIMARY KEY (id);
CREATE INDEX ON bench_plain (account_id, last_message_at DESC, id DESC);
GRANT SELECT ON bench_plain TO PUBLIC;
"""


def fill(size: int) -> list[BigAccount]:
    """Into an empty, migrated database."""
    dice = random.Random(SEED)
    sizes = account_sizes(size)
    accounts = [_make_account(number, sizes) for number in range(len(sizes))]
    with database_owner(), _loading() as cursor:
        cursor.execute(STAGING)
        words = [*ENGLISH.split(), *RUSSIAN.split()]
        lines = (f"{number}\t{text}\n" for number, text in enumerate(texts(words, dice)))
        _copy(cursor, "bench_pool (number, text)", lines)
        _copy(
            cursor, "bench_letter (id, account_id, mailbox_id, thread_id, person, text, at)", _letters(accounts, dice)
        )
        cursor.execute(COMPLETE)
        cursor.execute(ROWS.replace("{policy}", str(POLICY_VERSION)))
        cursor.execute(PLAIN)
    with database_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return accounts


def _letters(accounts: Iterable[BigAccount], dice: random.Random) -> Iterator[str]:
    first_id = first_thread = 1
    for account in accounts:
        yield from letter_lines(account, first_id, first_thread, dice)
        first_id += account.letters
        first_thread += account.letters  # more than there are: numbers may be left out


def _make_account(number: int, sizes: Sequence[int]) -> BigAccount:
    """With an administrator, one or three shared mailboxes, and cards of half the people."""
    letters = sizes[number]
    member = create_account(f"Bench {number}", admin_email=f"admin{number}@bench.example")
    with tenant(member.account_id):
        boxes = [_make_mailbox(f"box{place}.{number}@bench.example") for place in range(1 + (letters > 2000) * 2)]
        _make_contacts(range(0, people_of(letters), 2))
    session = session_of(member.user, member.account.pk)
    return BigAccount(member.account.pk, letters, session, boxes, last_letter=sum(sizes[: number + 1]))


def _make_mailbox(address: str) -> int:
    mailbox = Mailbox.objects.create(
        address=address,
        address_key=address,
        kind=Mailbox.Kind.SHARED,
        imap_host="localhost",
        imap_username=address,
        smtp_host="localhost",
        smtp_username=address,
        state=Mailbox.State.SYNCED,
    )
    return mailbox.pk


def _make_contacts(people: Iterable[int]) -> None:
    contacts = Contact.objects.bulk_create(
        [Contact(first_name=f"Person{person}", name=f"Person{person} Family{person % 97}") for person in people]
    )
    emails = [f"user{person}@company{person % 60}.example" for person in people]
    ContactEmail.objects.bulk_create(
        [
            ContactEmail(contact=contact, email=email, email_key=email)
            for contact, email in zip(contacts, emails, strict=True)
        ]
    )


@contextmanager
def _loading() -> Iterator[Any]:
    """psycopg2's own cursor, with the walls down and without what is quicker made at the end: GIN and foreign keys."""
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        walls = [f"ALTER TABLE {table} {{}} FORCE ROW LEVEL SECURITY" for table in (*TABLES, *REFERENCED)]
        for wall in walls:
            cursor.execute(wall.format("NO"))
        again = [*_drop_keys(cursor), *_drop_gin(cursor)]
        yield cursor
        for statement in [*again, *(wall.format("") for wall in walls)]:
            cursor.execute(statement)


def _drop_keys(cursor: Any) -> list[str]:  # noqa: ANN401  (psycopg2's)
    """The statements that make them again."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for table, name, _definition in found:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in found]


def _drop_gin(cursor: Any) -> list[str]:  # noqa: ANN401
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef LIKE '%% USING gin %%'",
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


def _copy(cursor: Any, target: str, lines: Iterator[str]) -> None:  # noqa: ANN401
    while chunk := "".join(islice(lines, CHUNK)):
        cursor.copy_expert(f"COPY {target} FROM STDIN", io.StringIO(chunk))
