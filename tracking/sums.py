"""Hits whose evidence is in get their verdict, letters and pages their sums. One worker at a time has a letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from accounts import tenancy
from accounts.tenancy import current_account_id, every_account, tenant
from tracking.judging import ACTING, NEAR_BAIT, Letter, judge
from tracking.models import Hit, Tracked
from tracking.signals import hits_judged
from tracking.visits import Visit

LETTERS_AT_ONCE = 50
DELIVERY_WAIT = timedelta(seconds=30)  # between two looks at whether the letter is noted as delivered
LONGEST_WAIT = timedelta(minutes=10)  # then it is judged without: the outcome of sending may never be known

# Machines are counted up: those whose hits were too many to keep stand in no row (tracking.hits).
SUM_UP = """
UPDATE tracking_tracked t SET
  opened_at = s.opened_at, last_opened_at = s.last_opened_at, clicked_at = s.clicked_at,
  open_count = greatest(s.opens, least(s.clicks, 1)), click_count = s.clicks,
  machine_count = t.machine_count + %(machines)s
FROM (
  SELECT min(at) AS opened_at, max(at) AS last_opened_at, min(at) FILTER (WHERE link_id IS NOT NULL) AS clicked_at,
    count(*) FILTER (WHERE link_id IS NULL) AS opens, count(*) FILTER (WHERE link_id IS NOT NULL) AS clicks
  FROM tracking_hit WHERE tracked_id = %(tracked)s AND verdict IN ('human', 'unknown')) s
WHERE t.id = %(tracked)s
"""


def judge_everywhere(now: datetime) -> None:
    """What is due, in all accounts."""
    with every_account("judge hits whose evidence is in"):
        accounts = list(Hit.objects.filter(judge_at__lte=now).order_by().values_list("account_id").distinct())
    for (account_id,) in accounts:
        with tenant(account_id):
            while judge_some(now):
                pass


@transaction.atomic
def judge_some(now: datetime) -> bool:
    """The next batch of letters and pages of this account. False when nothing is due, or all of it in other hands."""
    due = Hit.objects.filter(tracked=OuterRef("pk"), judge_at__lte=now)
    rows = Tracked.objects.filter(Exists(due)).order_by("pk")
    claimed = list(rows.select_for_update(skip_locked=True, no_key=True)[:LETTERS_AT_ONCE])
    told = [hit_id for tracked in claimed for hit_id in _judge_hits_of(tracked, now)]
    if told:
        tenancy.on_commit(partial(_tell, told))
    return len(claimed) == LETTERS_AT_ONCE


def _judge_hits_of(tracked: Tracked, now: datetime) -> list[int]:
    """The ids of hits that now act, and did not before."""
    due = list(Hit.objects.filter(tracked=tracked, judge_at__lte=now).order_by("at", "pk"))
    if _waits_for_delivery(tracked, due, now):
        Hit.objects.filter(pk__in=[hit.pk for hit in due]).update(judge_at=now + DELIVERY_WAIT)
        return []
    around = _hits_around(tracked, due)
    letter = _letter(tracked, around)
    waiting = {hit.pk for hit in due}
    for hit in (judged := [hit for hit in around if hit.pk in waiting or _may_turn(hit)]):
        verdict = judge(_visit(hit), letter, is_bait=_is_bait(hit))
        hit.verdict, hit.reason, hit.judge_at = verdict.verdict, verdict.reason, None
    changed = [hit for hit in judged if hit.pk in waiting or hit.verdict not in ACTING]
    _write_down(tracked, changed)
    return [hit.pk for hit in changed if hit.verdict in ACTING]


def _waits_for_delivery(tracked: Tracked, due: Sequence[Hit], now: datetime) -> bool:
    """A scanner may follow a letter's links before the server has said to us that it takes the letter."""
    is_open = tracked.kind == Tracked.Kind.LETTER and tracked.delivered_at is None
    return is_open and bool(due) and now - due[0].at < LONGEST_WAIT


def _hits_around(tracked: Tracked, due: Sequence[Hit]) -> list[Hit]:
    near = Hit.objects.filter(tracked=tracked, at__gte=due[0].at - NEAR_BAIT, at__lte=due[-1].at + NEAR_BAIT)
    return list(near.select_related("link").order_by("at", "pk")) if due else []


def _may_turn(hit: Hit) -> bool:
    """Judged already, but nothing came of it yet: what was seen since counts too."""
    return hit.judge_at is None and hit.told_at is None and hit.verdict in ACTING


def _letter(tracked: Tracked, around: Sequence[Hit]) -> Letter:
    return Letter(
        delivered_at=tracked.delivered_at,
        link_count=tracked.links.filter(is_bait=False).count(),
        clicks=sorted((hit.at, hit.link_id) for hit in around if hit.link_id is not None and not _is_bait(hit)),
        baits=sorted(hit.at for hit in around if _is_bait(hit)),
    )


def _write_down(tracked: Tracked, changed: Sequence[Hit]) -> None:
    Hit.objects.bulk_update(changed, ["verdict", "reason", "judge_at"])
    machines = sum(hit.verdict not in ACTING for hit in changed)
    with connection.cursor() as cursor:
        cursor.execute(SUM_UP, {"tracked": tracked.pk, "machines": machines})


def _tell(hit_ids: Sequence[int]) -> None:
    hits_judged.send(sender=Tracked, account_id=current_account_id(), hit_ids=hit_ids)


def _visit(hit: Hit) -> Visit:
    return Visit(hit.at, hit.method, hit.is_prefetch, hit.user_agent, hit.ip)


def _is_bait(hit: Hit) -> bool:
    return hit.link is not None and hit.link.is_bait
