"""The counts and the newest letter in a thread's row. They are counted anew from the letters, never added to: so they
are right however often the same work is repeated.

Whoever changes letters locks their threads first, in the order of their ids, and recounts in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from threads.sql import run, select

LOCK = "SELECT id, counterpart_name FROM threads_thread WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

# The letters are read once, whatever the planner thinks: of an account that it has not counted yet it expects one
# letter and takes any index for the right one, and asked for each thread by itself it would read the whole account each
# time. From the numbers of the threads it knows how many rows to look for. The newest letter is one that is kept, if
# any is.
RECOUNT = """
WITH letters AS MATERIALIZED (
  SELECT thread_id, id, received_at, subject, snippet, is_read, is_automatic, has_attachments,
    deleted_at IS NULL AS kept, direction = 'incoming' AS incoming
  FROM threads_message WHERE thread_id = ANY(%(threads)s)),
facts AS MATERIALIZED (
  SELECT DISTINCT ON (thread.id) thread.id AS thread_id, subject, snippet, received_at,
    coalesce(max(received_at) FILTER (WHERE kept AND incoming AND NOT is_automatic) OVER whole
      > coalesce(max(received_at) FILTER (WHERE kept AND NOT incoming AND NOT is_automatic) OVER whole, '-infinity'),
      false) AS waiting,
    count(*) FILTER (WHERE kept) OVER whole AS messages,
    count(*) FILTER (WHERE kept AND incoming) OVER whole AS incoming,
    count(*) FILTER (WHERE kept AND NOT incoming) OVER whole AS outgoing,
    count(*) FILTER (WHERE kept AND incoming AND NOT is_read) OVER whole AS unread,
    count(*) FILTER (WHERE NOT kept) OVER whole AS deleted, bool_or(kept AND has_attachments) OVER whole AS attachments
  FROM unnest(%(threads)s::bigint[]) AS thread(id) LEFT JOIN letters ON letters.thread_id = thread.id
  WINDOW whole AS (PARTITION BY thread.id) ORDER BY thread.id, kept DESC, received_at DESC, letters.id DESC)
UPDATE threads_thread t SET subject = f.subject, snippet = f.snippet, last_message_at = f.received_at,
  message_count = f.messages, incoming_count = f.incoming, outgoing_count = f.outgoing, unread_count = f.unread,
  deleted_count = f.deleted, has_attachments = f.attachments, is_waiting = f.waiting
FROM facts f
WHERE t.id = f.thread_id AND f.received_at IS NOT NULL AND (t.subject, t.snippet, t.last_message_at, t.message_count,
    t.incoming_count, t.outgoing_count, t.unread_count, t.deleted_count, t.has_attachments, t.is_waiting)
  IS DISTINCT FROM (f.subject, f.snippet, f.received_at, f.messages, f.incoming, f.outgoing, f.unread, f.deleted,
    f.attachments, f.waiting)
"""


def lock_threads(thread_ids: Collection[int]) -> dict[int, str]:
    """Until the commit nobody else changes these threads. Returns the names of their clients by id."""
    return dict(select(LOCK, [list(thread_ids)])) if thread_ids else {}


def recount_threads(thread_ids: Collection[int]) -> int:
    """Bring the rows of locked threads in line with their letters; the number of those that were not."""
    return run(RECOUNT, {"threads": list(thread_ids)}) if thread_ids else 0
