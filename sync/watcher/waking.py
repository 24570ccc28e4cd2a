"""Something happened in a mailbox: it is due now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from accounts.tenancy import every_account

# A visit that goes on keeps its lease, and the mailbox is visited again after it. One that a fault put off stays put
# off, however much happens there; that it can be reached again is a reason to look, unless its provider asked for rest.
_MARK = """
UPDATE mailboxes_mailbox SET next_sync_at = statement_timestamp()
WHERE id = ANY(%s) AND next_sync_at IS NOT NULL
  AND (failure_count = 0 OR (id = ANY(%s) AND error_code <> 'throttled'))
RETURNING account_id, id
"""


@dataclass(frozen=True, slots=True)
class Woken:
    account_id: int
    mailbox_id: int


def mark_due(mailbox_ids: Collection[int], *, reached_again: Collection[int]) -> list[Woken]:
    """In one statement over all accounts; those that may be visited now."""
    with every_account("mark woken mailboxes due"), connection.cursor() as cursor:
        cursor.execute(_MARK, [list(mailbox_ids), list(reached_again)])
        return [Woken(*row) for row in cursor.fetchall()]
