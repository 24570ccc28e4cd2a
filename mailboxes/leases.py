"""Who works on a mailbox: a lease on its row, so that two workers never do.

A worker that dies lets its lease run out; one that is too slow finds its token gone at the next commit (fencing) and
stops. Times are the database's, so that clocks of workers do not matter. What is claimed though its last lease was
never given back is counted (`crash_count`) and waits longer each time: a visit that kills its worker must not do so
every minute.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from accounts.tenancy import current_account_id, every_account
from mailboxes.errors import LeaseLost
from mailboxes.models import Mailbox

LEASE_SECONDS = 90  # kept alive by mailboxes.lease_keeper
JITTER = 0.1  # downwards only: the interval is a promise (A06)
CAREFUL_AFTER = 2  # broken visits in a row, before letters are read one at a time
SHOWN_AFTER = 3  # broken visits in a row, before people are told
VISIT_BROKE = "visit_broke"  # Mailbox.error_code meanwhile; cleared by the next visit that ends well


@dataclass(frozen=True, slots=True)
class Lease:
    account_id: int
    mailbox_id: int
    token: uuid.UUID


# Not given back: its worker died, or the broker lost the message that carried it.
OUTLIVED = """lease_until + CASE WHEN crash_count < 2 THEN 0 ELSE least(30 * 2 ^ (crash_count - 2), 1800) END
  * interval '1 second' <= statement_timestamp() AND lease_until <= statement_timestamp()"""
DUE = f"""next_sync_at IS NOT NULL AND (
  lease_token IS NULL AND next_sync_at <= statement_timestamp() OR lease_token IS NOT NULL AND {OUTLIVED})"""
FREE = "(lease_until IS NULL OR lease_until <= statement_timestamp())"

# MATERIALIZED: else the planner may run the inner SELECT several times, and each time it takes LIMIT other rows.
TAKE = f"""
UPDATE mailboxes_mailbox mailbox SET lease_token = gen_random_uuid(),
  lease_until = statement_timestamp() + interval '{LEASE_SECONDS} seconds',
  crash_count = least(mailbox.crash_count + (mailbox.lease_token IS NOT NULL)::int, 1000),
  (state, error_code) = (
    SELECT CASE WHEN is_broken THEN 'error' ELSE mailbox.state END,
      CASE WHEN is_broken AND mailbox.error_code = '' THEN '{VISIT_BROKE}' ELSE mailbox.error_code END
    FROM (SELECT mailbox.lease_token IS NOT NULL AND mailbox.crash_count + 1 >= {SHOWN_AFTER} AS is_broken) AS facts)
  {{changes}}
FROM free WHERE mailbox.id = free.id
RETURNING mailbox.account_id, mailbox.id, mailbox.lease_token
"""  # noqa: S608  (constants only)
NEXT_TIME = (
    f", next_sync_at = statement_timestamp() + interval_minutes * (1 - {JITTER} * random()) * interval '1 minute'"
)
# No provider gets more visits at once than the setting allows, of any kind: those that go on are counted.
FREE_ONE = f"""
WITH free AS MATERIALIZED (
  SELECT id FROM mailboxes_mailbox one WHERE id = %s AND account_id = %s AND next_sync_at IS NOT NULL AND {FREE}
    AND (SELECT count(*) FROM mailboxes_mailbox busy
         WHERE busy.lease_until > statement_timestamp() AND busy.imap_host = one.imap_host) < %s
  FOR UPDATE OF one SKIP LOCKED)
"""  # noqa: S608  (constants only)
# Its mail goes in the background when it is being removed: nothing is added to it then.
FREE_STORED = f"""
WITH free AS MATERIALIZED (
  SELECT id FROM mailboxes_mailbox WHERE id = %s AND state <> 'removing' AND {FREE} FOR UPDATE SKIP LOCKED)
"""  # noqa: S608  (constants only)
FREE_DUE = f"""
WITH busy AS (
  SELECT imap_host AS host, count(*) AS visits FROM mailboxes_mailbox
  WHERE lease_until > statement_timestamp() GROUP BY imap_host),
due AS (
  SELECT id, imap_host AS host, row_number() OVER (PARTITION BY imap_host ORDER BY next_sync_at) AS place
  FROM mailboxes_mailbox WHERE imported_at IS NOT NULL AND {DUE}),
free AS MATERIALIZED (
  SELECT mailbox.id FROM mailboxes_mailbox mailbox JOIN due ON due.id = mailbox.id LEFT JOIN busy USING (host)
  WHERE due.place + coalesce(busy.visits, 0) <= %s AND mailbox.imported_at IS NOT NULL AND {FREE}
    AND mailbox.next_sync_at IS NOT NULL  -- looked at again under the lock: it may have been paused meanwhile
  ORDER BY mailbox.next_sync_at LIMIT %s FOR UPDATE OF mailbox SKIP LOCKED)
"""  # noqa: S608  (constants only)


def claim_due(limit: int) -> list[Lease]:
    """Take imported mailboxes whose time has come, over all accounts, and set their next time: one statement."""
    with every_account("claim due mailboxes"), connection.cursor() as cursor:
        cursor.execute(FREE_DUE + TAKE.format(changes=NEXT_TIME), [_visits_of_rounds(), limit])
        return [Lease(*row) for row in cursor.fetchall()]


def _visits_of_rounds() -> int:
    """A few are left to imports, older mail and pushes: else they would find no place at a provider of many."""
    return settings.HOST_CONNECTIONS - settings.HOST_CONNECTIONS // 8


def claim(mailbox_id: int, *, sets_next_time: bool = True) -> Lease | None:
    """Take this mailbox now; None when somebody holds it, its provider has as many visits as it gets, or it is not
    there: the sweep tries it again.

    Whoever only loads older mail must not put off the look for new mail: `sets_next_time` False.
    """
    asked = [mailbox_id, current_account_id(), settings.HOST_CONNECTIONS]
    with every_account("count the visits to a provider"):
        return _take_one(FREE_ONE + TAKE.format(changes=NEXT_TIME if sets_next_time else ""), asked)


def claim_stored(mailbox_id: int) -> Lease | None:
    """To work on what is stored of this mailbox, though it may be stopped; its server is left alone."""
    return _take_one(FREE_STORED + TAKE.format(changes=""), [mailbox_id])


def _take_one(sql: str, asked: Sequence[int]) -> Lease | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        row = cursor.fetchone()
    return Lease(*row) if row else None


def renew(lease: Lease) -> None:
    """Still at work. Raises LeaseLost."""
    _update(lease, f"lease_until = statement_timestamp() + interval '{LEASE_SECONDS} seconds'", "false")


def release(lease: Lease, *, is_sound: bool = True) -> bool:
    """Done; True when the mailbox is due already. `is_sound`: work was done, so the last visits' breakdowns are over.

    Raises LeaseLost.
    """
    forgiven = ", crash_count = 0" if is_sound else ""
    return _update(lease, f"lease_token = NULL, lease_until = NULL{forgiven}", "next_sync_at <= statement_timestamp()")


def note_breakdown(lease: Lease) -> None:
    """The talk with the server broke while letters were read: at one of them, perhaps. Raises LeaseLost."""
    _update(lease, "crash_count = least(crash_count + 1, 1000)", "false")


def _update(lease: Lease, change: str, question: str) -> bool:
    sql = f"UPDATE mailboxes_mailbox SET {change} WHERE id = %s AND lease_token = %s RETURNING {question}"  # noqa: S608  (constants only)
    with connection.cursor() as cursor:
        cursor.execute(sql, [lease.mailbox_id, str(lease.token)])
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost(f"mailbox {lease.mailbox_id}")
    return bool(row[0])


# A row that somebody holds at the moment is passed over: one mailbox must not cost the others their leases.
RENEW_ALL = f"""
WITH held AS MATERIALIZED (
  SELECT id FROM mailboxes_mailbox WHERE (id, lease_token) IN (SELECT * FROM unnest(%s::bigint[], %s::uuid[]))
  FOR NO KEY UPDATE SKIP LOCKED)
UPDATE mailboxes_mailbox mailbox SET lease_until = statement_timestamp() + interval '{LEASE_SECONDS} seconds'
FROM held WHERE mailbox.id = held.id
"""  # noqa: S608  (constants only)
RELEASE_UNCHANGED = """
UPDATE mailboxes_mailbox SET lease_token = NULL, lease_until = NULL, last_synced_at = statement_timestamp(),
  crash_count = 0
WHERE (id, lease_token) IN (SELECT * FROM unnest(%s::bigint[], %s::uuid[]))
RETURNING account_id, id, next_sync_at <= statement_timestamp()
"""


def renew_all(leases: Collection[Lease]) -> None:
    """Of any accounts, in one statement. Lost ones are passed over: their holders find out at their next commit."""
    if leases:
        with every_account("renew leases"), connection.cursor() as cursor:
            cursor.execute(RENEW_ALL, _columns(leases))


def release_unchanged(leases: Collection[Lease]) -> list[tuple[int, int]]:
    """Nothing had happened in these mailboxes: only the time is noted. Lost leases are passed over.

    (account, mailbox) of those that are due again: somebody asked meanwhile.
    """
    if not leases:
        return []
    with every_account("note unchanged mailboxes"), connection.cursor() as cursor:
        cursor.execute(RELEASE_UNCHANGED, _columns(leases))
        return [(account_id, mailbox_id) for account_id, mailbox_id, is_due in cursor.fetchall() if is_due]


def _columns(leases: Collection[Lease]) -> tuple[list[int], list[str]]:
    return [lease.mailbox_id for lease in leases], [str(lease.token) for lease in leases]


def hold(lease: Lease) -> Mailbox:
    """Inside a transaction: the mailbox's row, locked until the commit; new rows may refer to it meanwhile. Raises
    LeaseLost.
    """
    rows = Mailbox.objects.select_for_update(no_key=True)
    mailbox = rows.filter(pk=lease.mailbox_id, lease_token=lease.token).first()
    if mailbox is None:
        raise LeaseLost(f"mailbox {lease.mailbox_id}")
    return mailbox
