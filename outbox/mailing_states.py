"""The states of a mailing, and what follows from each change.

    draft ──start──> running ──all went──> done
                      │  ^
       pause, by a person or by a rule; resume
                      v  │
                     paused      running, paused ──cancel──> canceled

Letters that nobody has tried to hand over to a server are unmade when it pauses: their people wait again.
"""

from __future__ import annotations

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import live
from accounts.notices import notify
from accounts.tenancy import on_commit
from outbox.models import Mailing, MailingRecipient, OutgoingMail
from tracking.models import Tracked

State = Mailing.State
RecipientState = MailingRecipient.State
PAUSED = "mailing.paused"  # the notice
# Mailing.pause_reason; what each says: web.mailing_words.
BY_PERSON = ""
BOUNCES, SENDER, AUTHOR_LEFT, NO_MAILER, REFUSED = "bounces", "sender", "author_left", "no_mailer", "refused"


@transaction.atomic
def pause_by_rule(mailing_id: int, reason: str) -> None:
    """Its author is told why."""
    mailing = hold(mailing_id)
    if mailing and mailing.state == State.RUNNING:
        move(mailing, State.PAUSED, reason)
        notify([mailing.author], PAUSED, mailing=mailing.pk, name=mailing.name)


def tell(mailing: Mailing) -> None:
    """Open pages draw it anew, as those of the outbox."""
    if mailing.mailbox_id:
        live.publish("outbox", mailbox_id=mailing.mailbox_id)
    else:
        live.publish("outbox", member_id=mailing.author_id)


def hold(mailing_id: int) -> Mailing | None:
    """Whoever makes its letters holds it for each of them: see outbox.feeding."""
    return Mailing.objects.select_for_update(no_key=True).filter(pk=mailing_id).first()


def move(mailing: Mailing, to: State, reason: str) -> None:
    now = timezone.now()
    was_told = to == State.RUNNING and mailing.pause_reason == BOUNCES  # kept: outbox.feeding does not ask again
    mailing.state, mailing.pause_reason = to, BOUNCES if was_told else reason
    mailing.feed_at = now if to == State.RUNNING else None
    mailing.lease_token = mailing.lease_until = None
    if to == State.CANCELED:
        mailing.ended_at = now
    mailing.save(update_fields=["state", "pause_reason", "feed_at", "lease_token", "lease_until", "ended_at"])
    if to != State.RUNNING:
        _take_back_letters(mailing)
    if to == State.CANCELED:
        mailing.recipients.filter(state=RecipientState.WAITING).update(state=RecipientState.CANCELED)
    tell(mailing)


def _take_back_letters(mailing: Mailing) -> None:
    """Those that no server has and no worker holds. One that is being sent goes out."""
    is_free = Q(lease_until=None) | Q(lease_until__lte=timezone.now())
    idle = mailing.letters.filter(is_free, state__in=["queued", "retry", "held"], sent_at=None)
    unmake_letters(idle, state=RecipientState.WAITING)


def unmake_letters(letters: QuerySet[OutgoingMail], **recipient: str) -> int:
    """In the caller's transaction; how many. `recipient`: what becomes of the row of whom each was for."""
    rows = list(letters.select_for_update(of=("self",)).values_list("pk", "raw_name", "tracked_id"))
    ids = [pk for pk, _name, _tracked in rows]
    MailingRecipient.objects.filter(mail__in=ids).update(**recipient, mail=None)
    OutgoingMail.objects.filter(pk__in=ids).delete()
    Tracked.objects.filter(pk__in=[tracked for _pk, _name, tracked in rows if tracked]).delete()
    for name in filter(None, (name for _pk, name, _tracked in rows)):
        on_commit(partial(default_storage.delete, name))
    return len(ids)
