"""The letters of a day: a word of warning before they are used up, and the rest goes on the next day (M91)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import live
from accounts.models import Membership, Notice
from accounts.notices import notify
from mailboxes.health import caretakers
from mailboxes.models import Mailbox
from outbox.failures import LIMIT
from outbox.models import OutgoingMail, SendingPace
from outbox.pace import Token, next_day, start_of_day

OVER_DAILY_LIMIT = "over_daily_limit"  # OutgoingMail.error_code of letters that wait for the next day
WARNED = "mailbox.daily_warning"  # these three: kinds of notices
DEFERRED = "mailbox.daily_limit"
PROVIDER_LIMIT = "mailbox.provider_limit"


@transaction.atomic
def defer_waiting(mailbox: Mailbox, priority: int, now: datetime) -> None:
    """All that is due goes tomorrow as this one does, and says so; its authors are told once a day. What mailings must
    leave to others is still theirs today.
    """
    waiting = OutgoingMail.objects.waiting(now).filter(mailbox=mailbox)
    if priority == OutgoingMail.Priority.BULK:
        waiting = waiting.filter(priority=priority)
    due = waiting.select_for_update(skip_locked=True)
    late = OutgoingMail.objects.filter(pk__in=[*due.values_list("pk", flat=True)])
    authors = Membership.objects.filter(pk__in=set(late.values_list("author_id", flat=True)))
    late.update(due_at=next_day(mailbox, now), error_code=OVER_DAILY_LIMIT, error_detail="")
    _tell_once_a_day(list(authors), DEFERRED, mailbox, now)
    live.publish("outbox", mailbox_id=mailbox.pk)


@transaction.atomic
def put_off_waiting(mail: OutgoingMail, now: datetime) -> None:
    """The provider takes no more of this mailbox: all that is due waits as this letter does, which asks it again. Who
    can do something hears of a limit that is used up.
    """
    waiting = OutgoingMail.objects.waiting(now).filter(mailbox=mail.mailbox).select_for_update(skip_locked=True)
    late = OutgoingMail.objects.filter(pk__in=[*waiting.values_list("pk", flat=True)])
    late.update(due_at=mail.due_at, error_code=mail.error_code, error_detail=mail.error_detail)
    if mail.error_code == LIMIT:
        _tell_once_a_day(caretakers(mail.mailbox), PROVIDER_LIMIT, mail.mailbox, now)
    live.publish("outbox", mailbox_id=mail.mailbox_id)


def _tell_once_a_day(members: Collection[Membership], kind: str, mailbox: Mailbox, now: datetime) -> None:
    told = Notice.objects.filter(
        kind=kind, facts__mailbox=mailbox.pk, created_at__gte=start_of_day(mailbox, now), membership__in=members
    )
    already = set(told.values_list("membership_id", flat=True))
    notify([member for member in members if member.pk not in already], kind, mailbox=mailbox.pk)


def warn_once(mailbox: Mailbox, token: Token) -> None:
    """Who looks after the mailbox hears of it while something can still be done."""
    if settings.DAILY_WARN and token.number >= settings.DAILY_WARN:
        _warn(mailbox, token)


@transaction.atomic
def _warn(mailbox: Mailbox, token: Token) -> None:
    today = token.day.date()
    unwarned = SendingPace.objects.filter(~Q(warned_on=today) | Q(warned_on=None), mailbox=mailbox)
    if unwarned.update(warned_on=today):
        notify(caretakers(mailbox), WARNED, mailbox=mailbox.pk, count=token.number)


def bring_forward(mailbox_id: int, now: datetime) -> int:
    """The limit was changed: what waits for tomorrow is due again. Returns how many letters that are."""
    late = OutgoingMail.objects.filter(mailbox=mailbox_id, state__in=["queued", "retry"], error_code=OVER_DAILY_LIMIT)
    return late.filter(due_at__gt=now).update(due_at=now, error_code="")
