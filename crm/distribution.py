"""Whose turn it is: new customers go round evenly among the members of a group (R13).

Those who are Free are asked first. Only if nobody is, it goes round among all others: at lunch, busy, on a break,
signed out. Within either it is the turn of who has waited longest since his last one. So nobody who was away gets all
that he missed when he comes back, and whoever stays is never more than one ahead of the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.availability import availability_of
from accounts.models import Group, Membership
from crm.models import GroupTurn

NEVER = datetime.min.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)  # the clock of PostgreSQL has no finer one


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the group, as he is now."""

    member_id: int
    is_free: bool
    last_at: datetime | None  # of his last turn


def plan_turns(candidates: Iterable[Candidate], count: int) -> list[int]:
    """The members who get the next `count` customers, in this order; none if there is nobody."""
    everybody = list(candidates)
    eligible = [each for each in everybody if each.is_free] or everybody
    waiting = deque(sorted(eligible, key=lambda each: (each.last_at or NEVER, each.member_id)))
    planned = []
    for _ in range(count if waiting else 0):
        planned.append(waiting[0].member_id)
        waiting.rotate(-1)
    return planned


def next_manager(group: Group) -> Membership | None:
    """Who gets the next one. Nobody, if the group has no active member."""
    return next(iter(next_managers(group.pk, 1)), None)


@transaction.atomic
def next_managers(group_id: int, count: int) -> list[Membership]:
    """The same for several at once. One caller at a time: the group's row is held until the transaction ends, so that
    who is rolled back had no turn.
    """
    group = Group.objects.select_for_update(no_key=True).filter(pk=group_id).first()
    if group is None:
        return []
    members = {member.pk: member for member in group.members.filter(is_active=True).select_related("user")}
    last = dict(GroupTurn.objects.filter(group=group, membership__in=members).values_list("membership_id", "last_at"))
    now = timezone.now()
    candidates = [
        Candidate(pk, availability_of(member, now) == Membership.Availability.FREE, last.get(pk))
        for pk, member in members.items()
    ]
    planned = plan_turns(candidates, count)
    _note_turns(group, planned, _after(now, last))
    return [members[pk] for pk in planned]


def _after(now: datetime, last: Mapping[int, datetime | None]) -> datetime:
    """Later than all turns so far, whatever the clocks of the machines say: their order is what counts."""
    return max([now, *(at + TICK for at in last.values() if at is not None)])


def _note_turns(group: Group, planned: Sequence[int], first_at: datetime) -> None:
    """Turn after turn, a tick apart."""
    latest = {pk: first_at + number * TICK for number, pk in enumerate(planned)}
    GroupTurn.objects.bulk_create(
        (GroupTurn(group=group, membership_id=pk, count=0, last_at=at) for pk, at in latest.items()),
        update_conflicts=True,
        unique_fields=["account", "group", "membership"],
        update_fields=["last_at"],
    )
    for times in {planned.count(pk) for pk in latest}:  # one or two numbers, whoever they are
        pks = [pk for pk in latest if planned.count(pk) == times]
        GroupTurn.objects.filter(group=group, membership__in=pks).update(count=F("count") + times)
