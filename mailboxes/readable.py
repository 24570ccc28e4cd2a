"""The mailboxes that a member reads, as a piece of SQL: every list of letters asks it, several times a page.

The policy itself is mailboxes.policy. What Django makes of it is kept by kind of member: building it took longer
than PostgreSQL takes to answer. Only the member's own number differs.
"""

from __future__ import annotations

import functools
from typing import Any

from django.db.models.expressions import RawSQL

from accounts.models import Membership
from accounts.prepared import columns_of, prepared_models, prepared_rows
from mailboxes import policy
from mailboxes.models import Mailbox

_ANYBODY = -1  # stands for the member


def readable_ids(member: Membership) -> RawSQL:
    """For `mailbox__in`: as Mailbox.objects.visible_to(member)."""
    sql, params = readable_sql(member)
    return RawSQL(sql, params)  # noqa: S611  (the policy's own words)


def readable_sql(member: Membership) -> tuple[str, tuple[Any, ...]]:
    """A SELECT of ids, and its parameters."""
    sql, params = _written(member.role, member.mail_access_all, member.is_active)
    return sql, tuple(member.pk if value == _ANYBODY else value for value in params)


def readable_names(member: Membership) -> list[tuple[int, str, str]]:
    """Id, address (its key) and display name of each."""
    sql, params = readable_sql(member)
    table = Mailbox._meta.db_table
    found = prepared_rows(f"SELECT id, address_key, display_name FROM {table} WHERE id IN ({sql})", params)  # noqa: S608
    return [(pk, address, name) for pk, address, name in found]


def readable_mailboxes(member: Membership) -> list[Mailbox]:
    """Those of readable_ids(), by address."""
    sql, params = readable_sql(member)
    table = Mailbox._meta.db_table
    rows = f"SELECT {columns_of(Mailbox)} FROM {table} WHERE id IN ({sql}) ORDER BY address_key, id"  # noqa: S608
    return prepared_models(Mailbox, rows, params)


@functools.cache
def _written(role: str, mail_access_all: bool, is_active: bool) -> tuple[str, tuple[Any, ...]]:
    """By all that the policy asks about a member; the test of it tries every kind of member there is."""
    anybody = Membership(pk=_ANYBODY, role=role, mail_access_all=mail_access_all, is_active=is_active)
    if not is_active:
        return "SELECT NULL::bigint AS id WHERE false", ()
    sql, params = Mailbox.objects.filter(policy.may_see(anybody)).values("id").query.sql_with_params()
    return str(sql), tuple(params)
