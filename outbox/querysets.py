"""Questions about many outgoing letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts.members import MAX_UNDO_SECONDS
from mailboxes.models import STOPPED
from mailboxes.readable import readable_ids
from mailkit.oauth import GRANT_ENDED
from threads.deleted import in_own_deleted

if TYPE_CHECKING:
    from accounts.models import Membership
    from outbox.models import OutgoingMail

UNDELIVERED = ("queued", "sending", "retry", "held", "failed", "unknown")
LONGEST_UNDO = timedelta(seconds=MAX_UNDO_SECONDS)
# What both faces call parts of the outbox, and the states that it shows.
QUEUES: Mapping[str, Sequence[str]] = {
    "waiting": ("queued", "sending", "retry"),
    "failed": ("failed",),
    "unknown": ("unknown",),
    "held": ("held",),
    "scheduled": ("queued",),
}
# Parts of the history of all letters (M96): states, none for any.
HISTORY: Mapping[str, Sequence[str]] = {"sent": ("sent",), "canceled": ("canceled",), "all": ()}
MOVING = ("queued", "sending", "retry", "held")  # nobody has to decide anything before they go on


class OutgoingMailQuerySet(QuerySet["OutgoingMail"]):
    def visible_to(self, member: Membership) -> OutgoingMailQuerySet:
        """Of the mailboxes whose mail he reads, without what lies in Deleted unless he sees that (K63); but all that is
        still on its way."""
        shown = Q(message=None) | Q(message__deleted_at=None) | Q(state__in=UNDELIVERED) | in_own_deleted(member)
        return self.filter(shown, mailbox__in=readable_ids(member))

    def undelivered(self) -> OutgoingMailQuerySet:
        """On their way, or stuck on it: what stands in the outbox."""
        return self.filter(state__in=UNDELIVERED)

    def scheduled(self, now: datetime) -> OutgoingMailQuerySet:
        """Waiting for a time that somebody chose."""
        return self.filter(_is_scheduled(now))

    def in_outbox(self, now: datetime) -> OutgoingMailQuerySet:
        """The others on their way. Those of a mailing are told of with it: by hundreds they would hide the rest."""
        return self.undelivered().filter(mailing=None).exclude(_is_scheduled(now))

    def in_queue(self, queue: str, now: datetime) -> OutgoingMailQuerySet:
        """One of QUEUES."""
        found = self.filter(state__in=QUEUES[queue])
        return found.filter(_is_scheduled(now)) if queue == "scheduled" else found.exclude(_is_scheduled(now))

    def in_history(self, part: str) -> OutgoingMailQuerySet:
        """One of HISTORY."""
        states = HISTORY[part]
        return self.filter(state__in=states) if states else self

    def that_missed(self, email_keys: Collection[str], since: datetime) -> OutgoingMailQuerySet:
        """Letters to one of these that failed, that may have failed, or, since then, that came back from there."""
        to_them = self.model.objects.annotate(key=Lower("recipients__address")).filter(key__in=email_keys)
        came_back = to_them.filter(recipients__state="bounced", sent_at__gte=since)
        is_stuck = Q(state__in=["failed", "unknown"]) & Exists(to_them.filter(pk=OuterRef("pk")))
        return self.filter(is_stuck | Q(pk__in=came_back.values("pk")))

    def for_list(self) -> OutgoingMailQuerySet:
        """With all that a row shows: no query per row."""
        return self.select_related("mailbox", "author__user").prefetch_related("recipients")

    def with_all_to_make_it(self) -> OutgoingMailQuerySet:
        """With the rows that the final bytes of a letter are made of; its cards only when they are asked for."""
        ours = self.select_related("mailbox__account", "author__user", "author__account", "alias", "answers_to")
        return ours.select_related("reply_to_message").prefetch_related("recipients", "attachments__upload")

    def of_working_mailboxes(self) -> OutgoingMailQuerySet:
        """Not of those that are paused or disconnected."""
        return self.filter(~_IS_STOPPED)

    def waiting(self, now: datetime) -> OutgoingMailQuerySet:
        """Letters whose time to be sent has come: those of people before all others, then the earliest (M20)."""
        return self.filter(_is_waiting(now), _is_free(now)).order_by("priority", "due_at", "id")

    def left_behind(self, now: datetime) -> OutgoingMailQuerySet:
        """Those of them whose author was deactivated while they were being sent."""
        return self.waiting(now).filter(author__is_active=False)

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
_NEEDS_SIGN_IN = ~Q(mailbox__smtp_error_code="") | Q(mailbox__error_code=GRANT_ENDED)


def _is_scheduled(now: datetime) -> Q:
    """Not those that can be taken back for some seconds, and not those put off by ourselves."""
    is_chosen = Q(due_at__gt=F("created_at") + LONGEST_UNDO)
    return Q(state="queued", attempts=0, error_code="", due_at__gt=now) & is_chosen


def _is_waiting(now: datetime) -> Q:
    return Q(state__in=["queued", "retry"], due_at__lte=now)


def _is_abandoned(now: datetime) -> Q:
    return Q(state="sending", lease_until__lte=now)


def _is_to_release(now: datetime) -> Q:
    """Not while a person has stopped the mailbox: then they wait for the person, however long."""
    return Q(state="held") & ~_IS_STOPPED & (~_NEEDS_SIGN_IN | Q(due_at__lte=now))


def _is_to_settle(now: datetime) -> Q:
    return Q(sent_check_at__lte=now) & ~_IS_STOPPED & ~Q(state="sending")  # whose worker died has to be recovered first


def _is_free(now: datetime) -> Q:
    """No living worker holds it."""
    return Q(lease_until__isnull=True) | Q(lease_until__lte=now)
