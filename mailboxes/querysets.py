"""Questions about many mailboxes. Who may do what with them is mailboxes.policy."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from mailboxes import policy

if TYPE_CHECKING:
    from accounts.models import Membership
    from mailboxes.models import Mailbox


class MailboxQuerySet(QuerySet["Mailbox"]):
    def visible_to(self, member: Membership) -> MailboxQuerySet:
        """The mailboxes whose mail this member reads (K20-K24)."""
        return self.filter(policy.may_see(member))

    def sendable_by(self, member: Membership) -> MailboxQuerySet:
        """Those that a new letter of this member can leave from."""
        return self.filter(policy.may_send_from(member))

    def managed_by(self, member: Membership) -> MailboxQuerySet:
        """The mailboxes whose settings this member may change (G11)."""
        return self.filter(policy.may_manage(member))

    def with_servers(self) -> MailboxQuerySet:
        """Those that people connected: all but that of the smart addresses."""
        return self.exclude(kind="system")

    def to_decide_about(self) -> MailboxQuerySet:
        """The personal ones: of each somebody says what becomes of it when its owner leaves."""
        return self.filter(kind="personal").exclude(state="removing")

    def due_for_sync(self, now: datetime) -> MailboxQuerySet:
        """Whose time has come and that no living worker holds."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        return self.filter(free, next_sync_at__lte=now)

    def collecting(self) -> MailboxQuerySet:
        """The shared mailboxes that receive mail, paused ones too: an account has so many at most (R01)."""
        return self.filter(kind="shared").exclude(imap_host="").exclude(state__in=["disconnected", "removing"])
