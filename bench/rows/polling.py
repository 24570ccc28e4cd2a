"""Asking a thousand mailboxes that have nothing new, by the schedule's own rounds."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from bench.measuring import Samples, interleave
from bench.polling_place import PollingPlace, Spent, polling_place
from bench.stage import Stage

ROUND_TRIP = 0.05


def polling(stage: Stage) -> Iterator[Samples]:
    count = stage.number(1000)
    with polling_place(stage.directory, mailboxes=count) as place:
        yield _cpu(*_rounds(stage, place), count)
        place.server.move_away(ROUND_TRIP)
        yield _rate(*_rounds(stage, place), count)


def _cpu(ours: list[Spent], theirs: list[Spent], count: int) -> Samples:
    """All processor time that we take: of workers, PostgreSQL and Valkey. Theirs has neither."""
    details = {"worker_only_s": statistics.median(spent.worker_cpu for spent in ours), "mailboxes": count}
    return Samples("poll_cpu", [spent.cpu for spent in ours], [spent.cpu for spent in theirs], details)


def _rate(ours: list[Spent], theirs: list[Spent], count: int) -> Samples:
    rates = [[count / spent.seconds for spent in side] for side in (ours, theirs)]
    return Samples("poll_rate", rates[0], rates[1], {"mailboxes": count})


def _rounds(stage: Stage, place: PollingPlace) -> tuple[list[Spent], list[Spent]]:
    ours: list[Spent] = []
    theirs: list[Spent] = []
    interleave(
        lambda: _kept(ours, place.ours()),
        lambda: _kept(theirs, place.theirs()),
        repetitions=stage.repetitions(5),
    )
    return ours, theirs


def _kept(side: list[Spent], spent: Spent) -> float:
    side.append(spent)
    return spent.seconds
