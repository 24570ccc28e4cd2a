"""Free, busy, at lunch, on a break: what people say of themselves, and "offline", which nobody has to say (G11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed, SettingRefused
from accounts.models import Membership

OFFLINE = "offline"  # derived: no request for OFFLINE_MINUTES


def availability_of(member: Membership, now: datetime) -> str:
    """As the member set it; OFFLINE for those who are away, and for those who may not come in."""
    seen_after = now - timedelta(minutes=settings.OFFLINE_MINUTES)
    is_here = member.is_active and member.last_seen_at is not None and member.last_seen_at > seen_after
    return str(member.availability) if is_here else OFFLINE


def label_of(availability: str) -> str:
    return str(Membership.Availability(availability).label) if availability != OFFLINE else _("Offline")


@transaction.atomic
def set_availability(actor: Membership, member: Membership, availability: str) -> Membership:
    """One's own, or somebody else's by an administrator. Raises NotAllowed, SettingRefused."""
    if actor.pk != member.pk and not actor.is_admin:
        raise NotAllowed
    if availability not in Membership.Availability.values:
        message = _("“%(value)s” is not one of the choices.") % {"value": availability[:100]}
        raise SettingRefused("availability", message)
    if availability != member.availability:
        member.availability = availability
        member.save(update_fields=["availability"])
        if actor.pk != member.pk:
            record(actor, "user.availability_set", target=member, availability=availability)
    return member


def now_of(member: Membership) -> str:
    return availability_of(member, timezone.now())
