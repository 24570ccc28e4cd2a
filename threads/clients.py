"""The client in a thread's row, where letters have moved: a thread that people merged may hold several clients, and
what is left of it when it falls apart needs its own."""

from __future__ import annotations

from collections.abc import Collection

from threads.sql import run

# The client of the oldest letter, as the header writes him. A collector of mail may know him by another header (K15):
# then his key has to do.
CORRECT = """
UPDATE threads_thread t SET counterpart_key = found.client_key,
  counterpart_address = coalesce(found.email, found.client_key), counterpart_name = coalesce(found.name, '')
FROM (SELECT DISTINCT ON (m.thread_id) m.thread_id, m.client_key, p.email, p.name
  FROM threads_message m LEFT JOIN threads_participant p ON p.message_id = m.id AND p.email_key = m.client_key
  WHERE m.thread_id = ANY(%s) ORDER BY m.thread_id, m.received_at, m.id, p.name = '', p.role, p.position) AS found
WHERE t.id = found.thread_id AND NOT EXISTS (
  SELECT FROM threads_message o WHERE o.thread_id = t.id AND o.client_key = t.counterpart_key)
"""


def correct_clients(thread_ids: Collection[int]) -> int:
    """Of locked threads that hold no letter of the client they name; how many these were."""
    return run(CORRECT, [list(thread_ids)]) if thread_ids else 0
