"""The newest conversations of a folder, asked for more than anything else: as SQL that is written once.

The questions are those of ThreadQuerySet. Django needed longer to write them down than PostgreSQL to answer; what it
makes of them is kept by the kind of member and by what is narrowed. They are planned each time: the best way depends on
how many conversations the account has.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

from accounts.models import Membership
from accounts.prepared import plain_rows
from threads.models import Thread
from threads.querysets import Narrowing, ThreadLine

FOLDERS = ("inbox", "sent")  # who sees Deleted depends on more than the kind of member

# They stand for what differs from question to question, and are found again among the parameters.
_MEMBER, _MAILBOX, _THREAD = -1, -2, -3
_TIME = datetime(1, 1, 1, tzinfo=UTC)


def newest_threads(
    member: Membership,
    folder: str,
    *,
    limit: int,
    mailbox_id: int | None = None,
    only: Narrowing = "",
    before: tuple[datetime, int] | None = None,
) -> list[ThreadLine]:
    """What `Thread.objects.visible_to(member).in_folder(folder)` gives, narrowed, newest first, up to `limit` rows.

    `folder` is one of FOLDERS; `before` is (last_message_at, id) of the last row of the page above.
    """
    kind = (member.role, member.mail_access_all, member.is_active)
    sql, params = _written(kind, folder, mailbox_id is not None, only, before is not None, limit)
    time, thread_id = before or (_TIME, _THREAD)
    told: dict[Any, Any] = {_MEMBER: member.pk, _MAILBOX: mailbox_id, _THREAD: thread_id, _TIME: time}
    return [ThreadLine(*row) for row in plain_rows(sql, [told.get(value, value) for value in params])]


@functools.cache
def _written(
    kind: tuple[str, bool, bool], folder: str, has_mailbox: bool, only: Narrowing, has_before: bool, limit: int
) -> tuple[str, tuple[Any, ...]]:
    role, mail_access_all, is_active = kind
    anybody = Membership(pk=_MEMBER, role=role, mail_access_all=mail_access_all, is_active=is_active)
    threads = Thread.objects.visible_to(anybody).in_folder(folder).narrowed(only)
    if has_mailbox:
        threads = threads.filter(mailbox=_MAILBOX)
    threads = threads.newest_first(before=(_TIME, _THREAD) if has_before else None)
    sql, params = threads.values_list(*ThreadLine._fields)[:limit].query.sql_with_params()
    return sql, tuple(params)
