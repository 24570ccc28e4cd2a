"""All that the frame of a page counts for a member, in one statement: it goes with every page.

Written as SQL: Django took longer to build the six questions than PostgreSQL to answer them. What is scheduled is said
in outbox.querysets too; both are held together by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from accounts.prepared import prepared_rows
from mailboxes.readable import readable_sql
from outbox.querysets import LONGEST_UNDO

COUNTS = """
WITH readable AS MATERIALIZED ({readable})
SELECT 'unread', mailbox_id, count(*) FROM threads_thread
WHERE unread_count > 0 AND mailbox_id IN (SELECT readable.id FROM readable) GROUP BY mailbox_id
UNION ALL SELECT 'stuck', NULL, count(*) FROM outbox_outgoingmail
WHERE state IN ('held', 'failed', 'unknown') AND mailing_id IS NULL AND mailbox_id IN (SELECT readable.id FROM readable)
UNION ALL SELECT 'scheduled', NULL, count(*) FROM outbox_outgoingmail
WHERE state = 'queued' AND attempts = 0 AND error_code = '' AND due_at > %s AND due_at > created_at + %s
AND mailbox_id IN (SELECT readable.id FROM readable)
UNION ALL SELECT 'drafts', NULL, count(*) FROM outbox_draft WHERE author_id = %s AND mail_id IS NULL
UNION ALL SELECT 'tasks', NULL, count(*) FROM crm_task WHERE done_at IS NULL AND responsible_id = %s AND due_at < %s
UNION ALL SELECT 'notices', NULL, count(*) FROM accounts_notice
WHERE membership_id = %s AND read_at IS NULL AND kind <> ALL(%s)
"""


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """`unread`: threads by mailbox. `stuck`: letters that need a person, but for those of mailings. `tasks`: overdue or
    for today.
    """

    unread: Mapping[int, int]
    stuck: int
    scheduled: int
    drafts: int
    tasks: int
    notices: int

    @property
    def all_unread(self) -> int:
        return sum(self.unread.values())


def counts_of(member: Membership) -> MemberCounts:
    """Of the mailboxes that he reads, and of his own. A day ends where the member is."""
    readable, readable_params = readable_sql(member)
    now = timezone.localtime()
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    params: list[Any] = [*readable_params, now, LONGEST_UNDO, member.pk, member.pk, tomorrow]
    params += [member.pk, list(member.notices_off)]
    rows = prepared_rows(COUNTS.format(readable=readable), params)
    single = {name: count for name, _mailbox_id, count in rows if name != "unread"}
    return MemberCounts({mailbox_id: count for name, mailbox_id, count in rows if name == "unread"}, **single)
