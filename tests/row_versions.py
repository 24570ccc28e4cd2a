"""Did anything write? Every row of every tenant table, with the transaction and place of its last change."""

from __future__ import annotations

from django.db import connection

# The schedule (leases, next time) is in the mailboxes' own rows and changes with every visit.
TABLES = """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
  WHERE c.relkind = 'r' AND c.relname <> 'mailboxes_mailbox' ORDER BY 1"""

RowVersions = dict[str, list[tuple[str, str]]]


def row_versions() -> RowVersions:
    """Of the account whose scope is open."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        versions: RowVersions = {}
        for name in names:
            cursor.execute(f"SELECT xmin::text, ctid::text FROM {name} ORDER BY 1, 2")  # noqa: S608  (from the catalog)
            versions[name] = cursor.fetchall()
    return versions
