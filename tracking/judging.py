"""Person or machine (G07)? Decided from what is known of a hit and of those around it, without touching anything.

Scanners of mail gateways follow links before anybody reads the letter, proxies load its images ahead; some name
themselves, others look like browsers and are given away by what they do. Whatever nothing speaks against and nothing
speaks for is unknown. People and unknowns act, machines never do (reliability 5.12).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from tracking.machines import look_up
from tracking.models import Hit
from tracking.visits import Visit

Verdict = Hit.Verdict

TOO_SOON = timedelta(seconds=10)  # after delivery nobody has found and read it yet
AT_ONCE = timedelta(seconds=3)  # no hand is so quick with several links
SEVERAL = 3  # different ones; fewer in a letter that has fewer
NEAR_BAIT = timedelta(seconds=20)  # so long a scanner takes for a letter
ACTING = (Verdict.HUMAN, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Judged:
    """`reason` names the rule or the row of the table that said so."""

    verdict: Verdict
    reason: str

    @property
    def acts(self) -> bool:
        return self.verdict in ACTING


@dataclass(frozen=True, slots=True)
class Letter:
    """What was hit, and all that is known of it around that time, each list in the order of time. `link_count` is
    without the bait; `delivered_at` is None for a page, or when nobody knows.
    """

    delivered_at: datetime | None
    link_count: int
    clicks: Sequence[tuple[datetime, int]] = ()  # when, and which link
    baits: Sequence[datetime] = ()


def judge_visit(visit: Visit) -> Judged:
    """By the request alone: whether a form that is sent so shall write anything."""
    if visit.method not in ("GET", "POST"):
        return Judged(Verdict.SCANNER, "method")
    if visit.is_prefetch:
        return Judged(Verdict.PROXY, "prefetch")
    known = look_up(visit.user_agent, visit.ip)
    return Judged(known.verdict, known.name) if known else Judged(Verdict.UNKNOWN, "")


def judge(visit: Visit, letter: Letter, *, is_bait: bool = False) -> Judged:
    """A hit of the letter. What comes later may change it."""
    alone = judge_visit(visit)
    if not alone.acts:
        return alone
    if is_bait or _is_any_within(letter.baits, visit.at, NEAR_BAIT):
        return Judged(Verdict.SCANNER, "bait")
    if letter.delivered_at is not None and visit.at - letter.delivered_at < TOO_SOON:
        return Judged(Verdict.SCANNER, "too_soon")
    if _is_among_many(visit.at, letter):
        return Judged(Verdict.SCANNER, "all_links")
    return alone


def _is_among_many(at: datetime, letter: Letter) -> bool:
    """All links, or many, were followed within a moment of this."""
    most = max(2, min(SEVERAL, letter.link_count))
    followed: set[int] = set()
    for when, link in islice(letter.clicks, bisect_left(letter.clicks, (at - AT_ONCE, 0)), None):
        if when > at + AT_ONCE:
            break
        followed.add(link)
        if len(followed) >= most:
            return True
    return False


def _is_any_within(times: Sequence[datetime], at: datetime, span: timedelta) -> bool:
    place = bisect_left(times, at - span)
    return place < len(times) and times[place] <= at + span
