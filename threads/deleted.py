"""Who sees what lies in Deleted, and for how long (K63).

Administrators see it, of the mailboxes whose mail they read; owners their own where the account allows it. What lies in
personal mailboxes that nobody shares with the administrators is in threads.withheld.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import Membership

NONE = Q(pk__in=())
EVERY = ~NONE  # for unions: an empty Q() would be left out of them
KEPT_LETTERS = Q(deleted_at__isnull=True)


def may_see_deleted(member: Membership) -> bool:
    """Whether there is a folder "Deleted" for this member."""
    return member.is_admin or member.account.owners_see_deleted


def in_own_deleted(member: Membership) -> Q:
    """Of letters or threads that the member reads: those whose mailbox shows this member its Deleted."""
    if member.is_admin:
        return EVERY
    return Q(mailbox__owner=member) if member.account.owners_see_deleted else NONE


def not_over() -> Q:
    """Letters whose days in Deleted go on. The others are gone, whether they are purged already or not."""
    return Q(deleted_at__gt=over_at(timezone.now()))


def over_at(now: datetime) -> datetime:
    """What was deleted before is gone for good."""
    return now - timedelta(days=settings.DELETED_DAYS)
