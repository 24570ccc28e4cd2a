"""A mailbox in which something happens all the time is not visited all the time."""

from __future__ import annotations

from sync.watcher.pace import Pace
from sync.watcher.roster import Watched
from sync.watcher.watch import Watch

PACE = Pace()


def restless() -> Watch:
    return Watch(Watched(1, 1, "imap.example.com", 993, "tls", "anna", None, None))


def count_wakes(watch: Watch, *, since: float, seconds: float) -> int:
    """Something happens the moment after each wake."""
    now, count = since, 0
    while now < since + seconds:
        now = watch.plan_wake(now, PACE) + 0.01
        count += 1
    return count


def test_a_server_that_never_rests_starts_few_visits() -> None:
    an_hour = count_wakes(restless(), since=1000, seconds=3600)
    assert an_hour <= PACE.wakes * 2 + 3600 / PACE.wake_seldom


def test_letters_of_a_busy_minute_are_fetched_at_once() -> None:
    watch = restless()
    for second in range(1000, 1000 + PACE.wakes):
        assert watch.plan_wake(second, PACE) <= second + PACE.wake_again


def test_after_a_rest_it_is_quick_again() -> None:
    watch = restless()
    count_wakes(watch, since=1000, seconds=3600)
    later = watch.woken_at + PACE.wakes * PACE.wake_seldom
    assert count_wakes(watch, since=later, seconds=PACE.wakes // 2) >= PACE.wakes // 4
