"""Two things measured in turn, and what their figures say against a goal. Pure.

The machine may be busy with other things: both sides are measured in one run, in turn, and only a goal that is missed
by the median AND by the best pair counts as missed by the engine rather than by the machine.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

NEAR = 1.25  # missed by less than a quarter
Figure = float | int | str


class Verdict(StrEnum):
    AIM = "aim met"
    MET = "met"
    NEAR = "near"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Goal:
    """What one row has to reach: a ratio of ours to theirs, or a number by itself (`against` is empty)."""

    name: str
    what: str
    against: str
    must: float
    aim: float | None = None
    unit: str = ""  # of a number by itself, and of the samples of a ratio
    more_is_better: bool = False

    def is_reached(self, value: float, bound: float) -> bool:
        return value >= bound if self.more_is_better else value <= bound

    def judge(self, value: float) -> Verdict:
        if self.aim is not None and self.is_reached(value, self.aim):
            return Verdict.AIM
        if self.is_reached(value, self.must):
            return Verdict.MET
        near = self.must / NEAR if self.more_is_better else self.must * NEAR
        return Verdict.NEAR if self.is_reached(value, near) else Verdict.MISSED


@dataclass(frozen=True, slots=True)
class Samples:
    """What was measured for one goal, pair by pair. `theirs` is empty for a number by itself."""

    goal: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    details: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """Samples with their goal."""

    goal: Goal
    samples: Samples

    @property
    def value(self) -> float:
        """The ratio of the medians, or the median itself."""
        ours = statistics.median(self.samples.ours)
        return ours / statistics.median(self.samples.theirs) if self.samples.theirs else ours

    @property
    def best(self) -> float:
        """The best of the pairs."""
        values = self.samples.ours
        if self.samples.theirs:
            values = [ours / theirs for ours, theirs in zip(self.samples.ours, self.samples.theirs, strict=True)]
        return max(values) if self.goal.more_is_better else min(values)

    @property
    def verdict(self) -> Verdict:
        return self.goal.judge(self.value)

    @property
    def is_failed(self) -> bool:
        """Neither the median nor the best pair reaches what must be reached."""
        return not any(self.goal.is_reached(value, self.goal.must) for value in (self.value, self.best))

    def with_details(self, details: Mapping[str, Figure]) -> Result:
        return replace(self, samples=replace(self.samples, details={**self.samples.details, **details}))

    def as_json(self) -> dict[str, object]:
        """What is printed and kept: figures rounded to what they are worth."""
        theirs = statistics.median(self.samples.theirs) if self.samples.theirs else None
        details = self.samples.details.items()
        return {
            "name": self.goal.name,
            "ours": rounded(statistics.median(self.samples.ours)),
            "theirs": rounded(theirs) if theirs is not None else None,
            "unit": self.goal.unit,
            "ratio": rounded(self.value) if theirs is not None else None,
            "best": rounded(self.best),
            "must": self.goal.must,
            "aim": self.goal.aim,
            "verdict": self.verdict.value,
            "n": len(self.samples.ours),
            **{key: rounded(value) if isinstance(value, float) else value for key, value in details},
        }


def interleave(
    ours: Callable[[], float], theirs: Callable[[], float], *, repetitions: int
) -> tuple[list[float], list[float]]:
    """Both measured in turn; who begins changes, so that neither always finds the machine warm."""
    pairs = [(ours(), theirs()) if turn % 2 == 0 else (theirs(), ours())[::-1] for turn in range(repetitions)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def rounded(value: float) -> float:
    """Three figures."""
    return float(f"{value:.3g}")
