"""Outgoing letters stay with their conversation when that is merged, split or formed anew."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# What is filed follows itself, what is still to be sent follows the letter it answers.
FOLLOW = """
UPDATE outbox_outgoingmail o SET thread_id = m.thread_id FROM threads_message m
WHERE o.thread_id = ANY(%s) AND m.id = coalesce(o.message_id, o.reply_to_message_id) AND o.mailbox_id = m.mailbox_id
  AND o.thread_id <> m.thread_id
"""


def follow_letters(thread_ids: Collection[int]) -> None:
    """In the transaction that moves letters between these threads."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, [list(thread_ids)])
