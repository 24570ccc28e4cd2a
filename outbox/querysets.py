"""Questions about many outgoing letters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from mailboxes.health import SENDING_HELD
from mailboxes.models import STOPPED, Mailbox

if TYPE_CHECKING:
    from accounts.models import Membership
    from outbox.models import OutgoingMail

UNDELIVERED = ("queued", "sending", "retry", "held", "failed", "unknown")
NEEDING_A_PERSON = ("held", "failed", "unknown")


class OutgoingMailQuerySet(QuerySet["OutgoingMail"]):
    def visible_to(self, member: Membership) -> OutgoingMailQuerySet:
        return self.filter(mailbox__in=Mailbox.objects.visible_to(member))

    def undelivered(self) -> OutgoingMailQuerySet:
        """On their way, or stuck on it: what stands in the outbox."""
        return self.filter(state__in=UNDELIVERED)

    def needing_a_person(self) -> OutgoingMailQuerySet:
        """Letters that do not get on by themselves."""
        return self.filter(state__in=NEEDING_A_PERSON)

    def for_list(self) -> OutgoingMailQuerySet:
        """With all that a row shows: no query per row."""
        return self.select_related("mailbox", "author__user").prefetch_related("recipients")

    def of_working_mailboxes(self) -> OutgoingMailQuerySet:
        """Not of those that are paused or disconnected."""
        return self.filter(~_IS_STOPPED)

    def waiting(self, now: datetime) -> OutgoingMailQuerySet:
        """Letters whose time to be sent has come, the earliest first."""
        return self.filter(_is_waiting(now), _is_free(now)).order_by("due_at", "id")

    def abandoned(self, now: datetime) -> OutgoingMailQuerySet:
        """Letters that a dead worker left in `sending`."""
        return self.filter(_is_abandoned(now))

    def to_release(self, now: datetime) -> OutgoingMailQuerySet:
        """Held letters whose mailbox works again, or that waited too long for its sign-in."""
        return self.filter(_is_to_release(now))

    def to_settle(self, now: datetime) -> OutgoingMailQuerySet:
        """Letters to be filed, copied to the server's Sent folder, or looked up there."""
        return self.filter(_is_to_settle(now), _is_free(now))

    def with_work(self, now: datetime) -> OutgoingMailQuerySet:
        """All of these, for the sweep; without mailboxes where a living worker is sending already."""
        work = _is_waiting(now) | _is_abandoned(now) | _is_to_release(now) | (_is_to_settle(now) & _is_free(now))
        busy = self.model.objects.filter(mailbox=OuterRef("mailbox"), state="sending", lease_until__gt=now)
        return self.filter(work).exclude(Exists(busy))


_IS_STOPPED = Q(mailbox__state__in=STOPPED)


def _is_waiting(now: datetime) -> Q:
    return Q(state__in=["queued", "retry"], due_at__lte=now)


def _is_abandoned(now: datetime) -> Q:
    return Q(state="sending", lease_until__lte=now)


def _is_to_release(now: datetime) -> Q:
    """Not while a person has stopped the mailbox: then they wait for the person, however long."""
    return Q(state="held") & ~_IS_STOPPED & (~Q(mailbox__error_code__in=SENDING_HELD) | Q(due_at__lte=now))


def _is_to_settle(now: datetime) -> Q:
    return Q(sent_check_at__lte=now) & ~_IS_STOPPED & ~Q(state="sending")  # whose worker died has to be recovered first


def _is_free(now: datetime) -> Q:
    """No living worker holds it."""
    return Q(lease_until__isnull=True) | Q(lease_until__lte=now)
