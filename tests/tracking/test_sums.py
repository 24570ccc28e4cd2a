"""Two hundred machines make nothing happen; people are summed up and told, once the evidence is in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account
from tests.tracking.builders import MACHINES, TARGETS, WORLD, letter, make_due, path_of, verdicts
from tracking.models import Hit, Tracked
from tracking.signals import hits_judged
from tracking.sums import LONGEST_WAIT, judge_everywhere, judge_some


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The hits that the rooms above hear of."""
    heard: list[int] = []

    def hear(hit_ids: list[int], **_facts: object) -> None:
        heard.extend(hit_ids)

    hits_judged.connect(hear)
    yield heard
    hits_judged.disconnect(hear)


def judged(tracked: Tracked) -> Tracked:
    make_due(tracked)
    judge_some(timezone.now())
    return Tracked.objects.get(pk=tracked.pk)


@pytest.mark.rule("G07")
def test_of_200_machine_hits_none_acts(
    told: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    tracked = letter()
    for facts in MACHINES:
        machine = Client(headers={"Host": "127.0.0.1", **facts})
        for path in [path_of(tracked), *(path_of(tracked, target) for target in TARGETS)]:
            for _ in range(3):
                machine.get(path)
                machine.head(path)
    assert Hit.objects.count() + Tracked.objects.get(pk=tracked.pk).machine_count >= 200
    with django_capture_on_commit_callbacks(execute=True):
        after = judged(tracked)
    assert (after.open_count, after.click_count, after.opened_at, told) == (0, 0, None, [])
    assert after.machine_count >= 200


@pytest.mark.rule("M97", "M61")
def test_opens_and_clicks_of_people_are_summed_up_and_told() -> None:
    tracked = letter()
    WORLD.get(path_of(tracked))
    make_due(tracked, timezone.now() - timedelta(minutes=9))
    WORLD.get(path_of(tracked))
    make_due(tracked)
    WORLD.get(path_of(tracked, TARGETS[0]))
    after = judged(tracked)
    assert (after.open_count, after.click_count, after.machine_count) == (2, 1, 0)
    assert after.opened_at is not None
    assert after.clicked_at == after.last_opened_at
    assert after.opened_at < timezone.now() - timedelta(minutes=8)


@pytest.mark.rule("M61")
def test_a_click_counts_as_opened_where_images_are_blocked() -> None:
    tracked = letter()
    WORLD.get(path_of(tracked, TARGETS[0]))
    after = judged(tracked)
    assert (after.open_count, after.click_count) == (1, 1)
    assert after.opened_at == after.clicked_at


@pytest.mark.rule("G07")
def test_nothing_is_judged_before_the_evidence_is_in() -> None:
    tracked = letter()
    WORLD.get(path_of(tracked, TARGETS[0]))
    judge_some(timezone.now() + timedelta(seconds=11))
    assert verdicts(tracked) == [("", "")]
    judge_some(timezone.now() + timedelta(seconds=13))
    assert verdicts(tracked) == [("human", "browser")]


@pytest.mark.rule("G07")
def test_the_bait_gives_the_others_away_even_when_it_comes_late() -> None:
    tracked = letter()
    WORLD.get(path_of(tracked))
    WORLD.get(path_of(tracked, TARGETS[0]))
    assert judged(tracked).click_count == 1
    WORLD.get(path_of(tracked, "bait"))
    after = judged(tracked)
    assert set(verdicts(tracked)) == {("scanner", "bait")}
    assert (after.open_count, after.click_count, after.opened_at, after.machine_count) == (0, 0, None, 3)


@pytest.mark.rule("G07")
def test_what_has_already_come_of_a_hit_stays() -> None:
    tracked = letter()
    WORLD.get(path_of(tracked, TARGETS[0]))
    judged(tracked)
    tracked.hits.update(told_at=timezone.now())
    WORLD.get(path_of(tracked, "bait"))
    assert judged(tracked).click_count == 1


@pytest.mark.rule("G07")
def test_hits_wait_until_the_letter_is_known_to_be_delivered_but_not_for_ever() -> None:
    tracked = letter(delivered=None)
    WORLD.get(path_of(tracked, TARGETS[0]))
    assert judged(tracked).click_count == 0
    assert verdicts(tracked) == [("", "")]
    make_due(tracked, timezone.now() - LONGEST_WAIT)
    assert judged(tracked).click_count == 1


def test_the_rooms_above_hear_of_hits_that_act_and_only_once(
    told: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    tracked = letter()
    WORLD.get(path_of(tracked))
    WORLD.head(path_of(tracked))
    with django_capture_on_commit_callbacks(execute=True):
        judged(tracked)
        judged(tracked)
    assert told == [tracked.hits.get(verdict="human").pk]


def test_the_sweep_looks_into_every_account(account: Account) -> None:
    tracked = letter()
    WORLD.get(path_of(tracked))
    make_due(tracked)
    judge_everywhere(timezone.now())
    assert verdicts(tracked) == [("human", "browser")]
