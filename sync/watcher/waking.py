"""Something happened in a mailbox: it is due now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from accounts.tenancy import every_account

# A visit that goes on keeps its lease, and the mailbox is visited again after it. One that a fault put off stays put
# off, however much happens there; that it can be reached again is a reason to look, unless its provider asked for rest.
_MAY_BE_WOKEN = """
id = ANY(%s) AND next_sync_at IS NOT NULL AND (failure_count = 0 OR (id = ANY(%s) AND error_code <> 'throttled'))
"""
# A row that somebody holds at the moment is passed over: one mailbox must not keep all others waiting.
_MARK = f"""
WITH free AS MATERIALIZED (SELECT id FROM mailboxes_mailbox WHERE {_MAY_BE_WOKEN} FOR NO KEY UPDATE SKIP LOCKED)
UPDATE mailboxes_mailbox mailbox SET next_sync_at = statement_timestamp()
FROM free WHERE mailbox.id = free.id RETURNING mailbox.account_id, mailbox.id
"""  # noqa: S608  (constants only)
_LIST = f"SELECT id FROM mailboxes_mailbox WHERE {_MAY_BE_WOKEN}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Woken:
    account_id: int
    mailbox_id: int


@dataclass(frozen=True, slots=True)
class Marked:
    woken: list[Woken]  # those that may be visited now
    held: frozenset[int]  # mailboxes that somebody wrote to just then: to be marked again


def mark_due(mailbox_ids: Collection[int], *, reached_again: Collection[int]) -> Marked:
    """Together, over all accounts, without waiting for anyone."""
    asked = [list(mailbox_ids), list(reached_again)]
    with every_account("mark woken mailboxes due"), connection.cursor() as cursor:
        cursor.execute(_MARK, asked)
        woken = [Woken(*row) for row in cursor.fetchall()]
        if len(woken) == len(mailbox_ids):
            return Marked(woken, frozenset())
        cursor.execute(_LIST, asked)
        marked = {one.mailbox_id for one in woken}
        return Marked(woken, frozenset(row[0] for row in cursor.fetchall()) - marked)
