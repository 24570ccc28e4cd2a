"""How often triggers ran of late, and when last: what stands beside each in the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Membership
from automation.models import Run, Trigger
from automation.querysets import runs_of

RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts are of the last seven days."""

    last_run_at: datetime | None = None
    run_count: int = 0
    failed_count: int = 0


def figures_of(member: Membership, now: datetime) -> dict[int, Figures]:
    """By trigger, of the runs that the member may know of."""
    ended = runs_of(member).exclude(state=Run.State.WAITING).select_related(None)
    recent = ended.filter(created_at__gte=now - RECENT, trigger__isnull=False).values("trigger").order_by("trigger")
    failed = Count("pk", filter=Q(state=Run.State.FAILED))
    counts = {row["trigger"]: row for row in recent.annotate(runs=Count("pk"), failures=failed)}
    last = ended.filter(action_key=Concat(Value("t"), Cast(OuterRef("pk"), CharField()))).order_by("-id")
    times = Trigger.objects.annotate(last=Subquery(last.values("ended_at")[:1])).values_list("pk", "last")
    return {pk: _figures(at, counts.get(pk)) for pk, at in times}


def _figures(last_run_at: datetime | None, counted: dict[str, int] | None) -> Figures:
    return Figures(last_run_at, counted["runs"], counted["failures"]) if counted else Figures(last_run_at)
