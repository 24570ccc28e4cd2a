"""All letters with their states, narrowed (M95, M96)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from outbox.models import OutgoingMail
from outbox.querysets import OutgoingMailQuerySet


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What is None narrows nothing; ids that name nothing find nothing."""

    mail_id: int | None = None  # as {id} names it in notes (M66)
    state: str | None = None  # an OutgoingMail.State
    mailbox_id: int | None = None
    author_id: int | None = None
    template_id: int | None = None
    mailing_id: int | None = None
    created_after: datetime | None = None  # from then on
    created_before: datetime | None = None  # not then


_LOOKUPS = {
    "mail_id": "pk",
    "state": "state",
    "mailbox_id": "mailbox",
    "author_id": "author",
    "template_id": "template",
    "mailing_id": "mailing",
    "created_after": "created_at__gte",
    "created_before": "created_at__lt",
}


def letters_in(member: Membership, wanted: HistoryFilter) -> OutgoingMailQuerySet:
    """In no order yet."""
    given = {lookup: getattr(wanted, name) for name, lookup in _LOOKUPS.items() if getattr(wanted, name) is not None}
    return OutgoingMail.objects.visible_to(member).filter(**given)
