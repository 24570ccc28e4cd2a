"""Questions about many runs. (Functions, because runs belong to letters, and who sees those is said elsewhere.)"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Membership
from automation.models import Run
from outbox.models import OutgoingMail
from tracking.models import Tracked

OF_STAGES = (Run.Event.CREATED, Run.Event.MOVED)


def runs_of(member: Membership) -> QuerySet[Run]:
    """Those that a member may know of: of letters that he reads, and of what is no letter. Administrators know of all,
    but not which letter it was: see letters_shown.
    """
    runs = Run.objects.select_related("trigger", "stage_action", "contact", "lead", "mail", "made_mail")
    if member.is_admin:
        return runs
    is_readable = Q(mail__in=OutgoingMail.objects.visible_to(member))
    is_of_none = Q(mail=None) & (Q(event__in=OF_STAGES) | Q(tracked__kind=Tracked.Kind.PAGE))
    return runs.filter(is_readable | is_of_none)


def letters_shown(member: Membership, runs: Iterable[Run]) -> frozenset[int]:
    """Ids of the letters of these runs that the member reads: the others are named to nobody else."""
    ids = {mail_id for run in runs for mail_id in (run.mail_id, run.made_mail_id) if mail_id}
    return frozenset(OutgoingMail.objects.visible_to(member).filter(pk__in=ids).values_list("pk", flat=True))


def due_runs(now: datetime) -> QuerySet[Run]:
    """Whose time has come, the longest due first."""
    return Run.objects.filter(state=Run.State.WAITING, due_at__lte=now).order_by("due_at", "id")
