"""Questions about many outgoing letters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from mailboxes.models import Mailbox

if TYPE_CHECKING:
    from accounts.models import Membership
    from outbox.models import OutgoingMail


class OutgoingMailQuerySet(QuerySet["OutgoingMail"]):
    def visible_to(self, member: Membership) -> OutgoingMailQuerySet:
        return self.filter(mailbox__in=Mailbox.objects.visible_to(member))

    def due(self, now: datetime) -> OutgoingMailQuerySet:
        """Waiting letters whose time has come, and those that a dead worker left in `sending`."""
        return self.filter(
            Q(state__in=["queued", "retry"], due_at__lte=now) | Q(state="sending", lease_until__lte=now)
        )
