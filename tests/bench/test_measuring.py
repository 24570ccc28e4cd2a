"""Medians, ratios and verdicts of benchmarks."""

from __future__ import annotations

import pytest

from bench.measuring import Goal, Result, Samples, Verdict, interleave, percentile

TIME = Goal("time", "ours", "theirs", must=1.5, aim=1.0)
RATE = Goal("rate", "ours", "theirs", must=1.5, aim=1.8, more_is_better=True)
COUNT = Goal("count", "statements", "", must=15)


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        (TIME, 1.0, Verdict.AIM),
        (TIME, 1.4, Verdict.MET),
        (TIME, 1.8, Verdict.NEAR),
        (TIME, 1.9, Verdict.MISSED),
        (RATE, 1.8, Verdict.AIM),
        (RATE, 1.5, Verdict.MET),
        (RATE, 1.2, Verdict.NEAR),
        (RATE, 1.1, Verdict.MISSED),
        (COUNT, 15, Verdict.MET),
        (COUNT, 19, Verdict.MISSED),
    ],
)
def test_a_goal_missed_by_less_than_a_quarter_is_near(goal: Goal, value: float, verdict: Verdict) -> None:
    assert goal.judge(value) == verdict


def test_the_ratio_is_that_of_the_medians_and_the_best_that_of_one_pair() -> None:
    result = Result(TIME, Samples("time", [3, 4, 100], [2, 1, 50]))
    assert result.value == 2
    assert result.best == 1.5


def test_more_is_better_takes_the_greatest_pair() -> None:
    assert Result(RATE, Samples("rate", [1, 6], [1, 3])).best == 2


def test_a_number_by_itself_is_its_median() -> None:
    result = Result(COUNT, Samples("count", [11, 12, 20]))
    assert (result.value, result.best) == (12, 11)


def test_only_median_and_best_together_fail() -> None:
    assert not Result(TIME, Samples("time", [2, 2, 1], [1, 1, 1])).is_failed
    assert Result(TIME, Samples("time", [2, 2, 1.6], [1, 1, 1])).is_failed


def test_figures_are_kept_to_three_places() -> None:
    row = Result(TIME, Samples("time", [1.23456], [1.0], {"letters": 500, "cpu": 0.98765})).as_json()
    assert (row["ratio"], row["letters"], row["cpu"], row["verdict"]) == (1.23, 500, 0.988, "met")


def test_who_begins_changes_from_pair_to_pair() -> None:
    order: list[str] = []

    def measure(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    sides = interleave(lambda: measure("ours", 1.0), lambda: measure("theirs", 2.0), repetitions=3)
    assert sides == ([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]


def test_ninety_five_of_a_hundred_are_not_above_the_percentile() -> None:
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7.0], 0.95) == 7
