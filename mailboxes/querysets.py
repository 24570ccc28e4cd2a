"""Questions about many mailboxes. `visible_to` is the one place that says whose mail a member sees."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from accounts.models import Membership
    from mailboxes.models import Mailbox


class MailboxQuerySet(QuerySet["Mailbox"]):
    def visible_to(self, member: Membership) -> MailboxQuerySet:
        """The mailboxes whose mail this member reads and writes with (K20-K24)."""
        if not member.is_active:
            return self.none()
        seen = Q(kind="personal", owner=member)
        if member.is_admin:
            seen |= Q(kind="shared") | Q(kind="personal", shared_with_admins=True)
        elif member.mail_access_all:
            seen |= Q(kind="shared")
        return self.filter(seen)

    def managed_by(self, member: Membership) -> MailboxQuerySet:
        """The mailboxes whose settings this member may change (G11): shared = administrators, personal = owner."""
        if not member.is_active:
            return self.none()
        managed = Q(kind="personal", owner=member)
        if member.is_admin:
            managed |= Q(kind="shared") | Q(kind="personal", shared_with_admins=True)
        return self.filter(managed)

    def due_for_sync(self, now: datetime) -> MailboxQuerySet:
        """Whose time has come and that no living worker holds."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        return self.filter(free, next_sync_at__lte=now)
