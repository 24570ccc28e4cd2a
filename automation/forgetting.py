"""Runs that ended long ago go, so that what triggers and stages did does not grow for ever.

Those stay that keep a thing from being done twice (I4). An open, a visit to a page and a click on a link that counts
once for each card may be told again at any time: their runs are what says that it has been dealt with. A letter that
failed may be sent again by a person, and fail again. Of the others nobody is ever told a second time: a letter that was
sent stays sent, a click that counts each time is another click, and a lead that comes back came at another moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from automation.models import FORGETTABLE, Run
from outbox.models import OutgoingMail

AT_ONCE = 1000

State = OutgoingMail.State


def forget_old_runs(now: datetime) -> int:
    """The next ones; how many. Needs every account's scope."""
    ids = list(_forgettable(now).order_by("ended_at").values_list("pk", flat=True)[:AT_ONCE])
    return Run.objects.filter(pk__in=ids).delete()[0] if ids else 0


def _forgettable(now: datetime) -> QuerySet[Run]:
    old = Run.objects.filter(FORGETTABLE, ended_at__lt=now - timedelta(days=settings.RUN_KEEP_DAYS))
    has_ended = Q(mail=None) | Q(mail__state=State.CANCELED) | Q(mail__state=State.SENT, mail__told_at__isnull=False)
    # "Not opened" is one run for all letters of a card that were written at once; one of them may be still on its way.
    on_the_way = OutgoingMail.objects.filter(lead=OuterRef("lead"), told_at=None).exclude(triggers={})
    is_open = Q(event=Run.Event.NOT_OPENED) & Exists(on_the_way.exclude(state=State.CANCELED))
    return old.filter(has_ended).exclude(is_open)
