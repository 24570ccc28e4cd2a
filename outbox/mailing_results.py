"""How a mailing goes: its people by what became of them, and when the last letter is expected to go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mailboxes.models import Mailbox
from outbox.answers import answers
from outbox.bounces import CAME_BACK
from outbox.models import Mailing, MailingRecipient, OutgoingMail, Suppression
from outbox.pace import limit_for, sent_today
from outbox.querysets import MOVING
from outbox.queues import expected_end

Waiting = MailingRecipient.State.WAITING


@dataclass(frozen=True, slots=True)
class Results:
    """People, each counted where they stand now; `sent` are those whose letter a server took, `bounced`, `opened` and
    the rest are some of them. Opens and clicks are those of people, or of what is not known to be a machine.
    """

    waiting: int = 0
    on_their_way: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    left_out: int = 0
    canceled: int = 0
    bounced: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    unsubscribed: int = 0


def results_of(mailing: Mailing) -> Results:
    """Letters of this mailing that were deleted since are counted as sent no more."""
    people = dict(mailing.recipients.order_by().values_list("state").annotate(count=Count("pk")))
    letters = count_letters(mailing.letters.all())
    return Results(
        waiting=people.get("waiting", 0),
        left_out=people.get("skipped", 0),
        canceled=people.get("canceled", 0) + letters.pop("canceled"),
        unsubscribed=_unsubscribed(mailing),
        **letters,
    )


def count_letters(letters: QuerySet[OutgoingMail]) -> dict[str, int]:
    """By what became of them."""
    counted: dict[str, int] = letters.order_by().aggregate(
        on_their_way=Count("pk", filter=Q(state__in=MOVING)),
        sent=Count("pk", filter=Q(state="sent")),
        failed=Count("pk", filter=Q(state="failed")),
        unknown=Count("pk", filter=Q(state="unknown")),
        canceled=Count("pk", filter=Q(state="canceled")),
        bounced=Count("pk", filter=Q(state="sent", error_code=CAME_BACK)),
        opened=Count("pk", filter=Q(tracked__opened_at__isnull=False)),
        clicked=Count("pk", filter=Q(tracked__clicked_at__isnull=False)),
        replied=Count("pk", filter=Q(Exists(answers()), state="sent")),
    )
    return counted


def left_out(mailing: Mailing) -> Mapping[str, int]:
    """How many get nothing, by MailingRecipient.Reason."""
    skipped = mailing.recipients.filter(state=MailingRecipient.State.SKIPPED).order_by("reason")
    return dict(skipped.values_list("reason").annotate(count=Count("pk")))


def eta_of(mailing: Mailing, now: datetime) -> datetime | None:
    """When the last letter goes out, behind all others of the mailbox; None without anything to wait for."""
    if mailing.mailbox is None or mailing.state not in (Mailing.State.DRAFT, Mailing.State.RUNNING):
        return None
    carrier = mailing.mailbox.outgoing_mailbox or mailing.mailbox
    left = _people_left(mailing, carrier) + OutgoingMail.objects.filter(mailbox=carrier, state__in=MOVING).count()
    if not left:
        return None
    limit = limit_for(carrier, OutgoingMail.Priority.BULK)
    return expected_end(left, sent_today(carrier, now), limit, carrier, now)


def _people_left(mailing: Mailing, carrier: Mailbox) -> int:
    """Of this mailing, and of others that the same mailbox carries at the same time."""
    through = Q(mailbox=carrier) | Q(mailbox__outgoing_mailbox=carrier)
    running = Mailing.objects.filter(through, state=Mailing.State.RUNNING)
    waiting = Q(mailing=mailing) | Q(mailing__in=running)
    return MailingRecipient.objects.filter(waiting, state=Waiting).count()


def _unsubscribed(mailing: Mailing) -> int:
    """Those who did so since it started."""
    if mailing.started_at is None:
        return 0
    since = Suppression.objects.filter(
        email_key=OuterRef("email_key"), reason=Suppression.Reason.UNSUBSCRIBED, created_at__gte=mailing.started_at
    )
    return mailing.recipients.filter(Exists(since), state=MailingRecipient.State.QUEUED).count()
