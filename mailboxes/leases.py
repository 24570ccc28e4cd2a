"""Who works on a mailbox: a lease on its row, so that two workers never do.

A worker that dies lets its lease run out; one that is too slow finds its token gone at the next commit (fencing) and
stops. Times are the database's, so that clocks of workers do not matter.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection

from accounts.tenancy import every_account
from mailboxes.errors import LeaseLost
from mailboxes.models import Mailbox

LEASE_SECONDS = 180  # renewed between batches; a batch is at most 4 MB
JITTER = 0.1  # downwards only: the interval is a promise (A06)


@dataclass(frozen=True, slots=True)
class Lease:
    account_id: int
    mailbox_id: int
    token: uuid.UUID


# MATERIALIZED: else the planner may run the inner SELECT several times, and each time it takes LIMIT other rows.
CLAIM = f"""
WITH free AS MATERIALIZED (
  SELECT id FROM mailboxes_mailbox
  WHERE {{condition}} AND (lease_until IS NULL OR lease_until <= statement_timestamp())
  ORDER BY next_sync_at LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE mailboxes_mailbox mailbox SET lease_token = gen_random_uuid(),
  lease_until = statement_timestamp() + interval '{LEASE_SECONDS} seconds',
  next_sync_at = statement_timestamp() + interval_minutes * (1 - {JITTER} * random()) * interval '1 minute'
FROM free WHERE mailbox.id = free.id
RETURNING mailbox.account_id, mailbox.id, lease_token
"""  # noqa: S608  (constants only)


# A lease that ran out was never released: its worker died, or the broker lost the message that carried it.
DUE = "(next_sync_at <= statement_timestamp() OR (next_sync_at IS NOT NULL AND lease_until <= statement_timestamp()))"


def claim_due(limit: int) -> list[Lease]:
    """Take the mailboxes whose time has come, over all accounts, and set their next time: one statement."""
    with every_account("claim due mailboxes"), connection.cursor() as cursor:
        cursor.execute(CLAIM.format(condition=DUE), [limit])
        return [Lease(*row) for row in cursor.fetchall()]


def claim(mailbox_id: int) -> Lease | None:
    """Take this mailbox now; None when somebody holds it, or it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(condition="id = %s AND next_sync_at IS NOT NULL"), [mailbox_id, 1])
        row = cursor.fetchone()
    return Lease(*row) if row else None


def renew(lease: Lease) -> None:
    """Still at work. Raises LeaseLost."""
    _update(lease, f"lease_until = statement_timestamp() + interval '{LEASE_SECONDS} seconds'")


def release(lease: Lease) -> None:
    """Done. Raises LeaseLost."""
    _update(lease, "lease_token = NULL, lease_until = NULL")


def _update(lease: Lease, change: str) -> None:
    sql = f"UPDATE mailboxes_mailbox SET {change} WHERE id = %s AND lease_token = %s"  # noqa: S608  (constants only)
    with connection.cursor() as cursor:
        cursor.execute(sql, [lease.mailbox_id, str(lease.token)])
        if cursor.rowcount != 1:
            raise LeaseLost(f"mailbox {lease.mailbox_id}")


def hold(lease: Lease) -> Mailbox:
    """Inside a transaction: the mailbox's row, locked until the commit. Raises LeaseLost."""
    mailbox = Mailbox.objects.select_for_update().filter(pk=lease.mailbox_id, lease_token=lease.token).first()
    if mailbox is None:
        raise LeaseLost(f"mailbox {lease.mailbox_id}")
    return mailbox
