"""The counts and the newest letter in a thread's row. They are counted anew from the letters, never added to: so they
are right however often the same work is repeated.

Whoever changes letters locks their threads first, in the order of their ids, and recounts in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from threads.sql import run, select

LOCK = "SELECT id, counterpart_name FROM threads_thread WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

# Ordered, so that each thread is read by the index with this order, and materialized, so that it is worked out once:
# without statistics (a first import) the planner would read the whole account, or nest its loops.
RECOUNT = """
WITH facts AS MATERIALIZED (
  SELECT thread.id AS thread_id, counted.* FROM unnest(%s::bigint[]) AS thread(id), LATERAL (
    SELECT count(*) FILTER (WHERE kept) AS messages, count(*) FILTER (WHERE kept AND incoming) AS incoming,
      count(*) FILTER (WHERE kept AND NOT incoming) AS outgoing,
      count(*) FILTER (WHERE kept AND incoming AND NOT is_read) AS unread,
      count(*) FILTER (WHERE NOT kept) AS deleted, bool_or(kept AND has_attachments) AS attachments,
      coalesce((array_agg(incoming) FILTER (WHERE kept AND NOT is_automatic))[1], false) AS waiting,
      coalesce((array_agg(id) FILTER (WHERE kept))[1], (array_agg(id))[1]) AS newest_id
    FROM (
      SELECT id, is_read, is_automatic, has_attachments, deleted_at IS NULL AS kept, direction = 'incoming' AS incoming
      FROM threads_message WHERE thread_id = thread.id ORDER BY received_at DESC, id DESC) AS letters) AS counted)
UPDATE threads_thread t SET subject = n.subject, snippet = n.snippet, last_message_at = n.received_at,
  message_count = f.messages, incoming_count = f.incoming, outgoing_count = f.outgoing, unread_count = f.unread,
  deleted_count = f.deleted, has_attachments = f.attachments, is_waiting = f.waiting
FROM facts f JOIN threads_message n ON n.id = f.newest_id
WHERE t.id = f.thread_id AND (t.subject, t.snippet, t.last_message_at, t.message_count, t.incoming_count,
    t.outgoing_count, t.unread_count, t.deleted_count, t.has_attachments, t.is_waiting)
  IS DISTINCT FROM (n.subject, n.snippet, n.received_at, f.messages, f.incoming, f.outgoing, f.unread, f.deleted,
    f.attachments, f.waiting)
"""


def lock_threads(thread_ids: Collection[int]) -> dict[int, str]:
    """Until the commit nobody else changes these threads. Returns the names of their clients by id."""
    return dict(select(LOCK, [list(thread_ids)])) if thread_ids else {}


def recount_threads(thread_ids: Collection[int]) -> int:
    """Bring the rows of locked threads in line with their letters; the number of those that were not."""
    return run(RECOUNT, [list(thread_ids)]) if thread_ids else 0
