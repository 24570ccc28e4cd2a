"""Many connections, few threads; and what stands in the way is not in the way of all."""

from __future__ import annotations

import threading

import pytest

from mailkit.errors import ConnectionFailed, LoginRefused, PushNotOffered, ServerThrottled
from sync.watcher.pace import LONGEST_RETRY, LONGEST_WAIT, NO_PUSH_RETRY, Pace
from sync.watcher.turnstile import Turnstile
from tests.flows.waiting import eventually
from tests.watcher.conftest import QUICK, MakeWatched, Watch
from tests.watcher.idle_server import IdleServer

COUNT = 200
PACE = Pace()


@pytest.mark.rule("A06")
def test_two_hundred_mailboxes_are_heard_by_one_thread(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer
) -> None:
    mailboxes = [watched(plain_server, f"user{number}") for number in range(COUNT)]
    before = threading.active_count()
    with watching() as office:
        eventually(lambda: len(plain_server.idling()) == COUNT, because="all are in IDLE")
        assert threading.active_count() - before <= QUICK.at_once + 3  # the loop, the desk, the starter
        for mailbox in mailboxes:
            eventually(lambda mailbox=mailbox: office.is_due(mailbox))  # type: ignore[misc]
            office.put_off(mailbox)
        for number in range(COUNT):
            plain_server.say(f"user{number}", "4 EXISTS")
        for mailbox in mailboxes:
            eventually(lambda mailbox=mailbox: office.is_due(mailbox))  # type: ignore[misc]
        assert office.watcher.counts() == {"idling": COUNT}


def test_a_few_connect_at_once_and_fewer_at_one_provider() -> None:
    turnstile: Turnstile[str] = Turnstile(Pace(at_once=3, per_host=2, per_second=100), 0)
    for one in ("a1", "a2", "a3", "a4"):
        turnstile.join("a", one)
    turnstile.join("b", "b1")
    turnstile.join("c", "c1")
    assert [turnstile.next(0) for _ in range(4)] == ["a1", "b1", "c1", None]
    turnstile.leave("b")
    assert [turnstile.next(0) for _ in range(2)] == ["a2", None]
    turnstile.leave("c")
    assert turnstile.next(0) is None  # two are at "a"
    turnstile.leave("a")
    assert turnstile.next(0) == "a3"


def test_so_many_connect_in_a_second() -> None:
    turnstile: Turnstile[int] = Turnstile(Pace(at_once=100, per_host=100, per_second=5), 0)
    for number in range(20):
        turnstile.join("a", number)
    assert [turnstile.next(0) for _ in range(6)] == [0, 1, 2, 3, 4, None]
    assert [turnstile.next(0.4) for _ in range(3)] == [5, 6, None]


def test_a_failure_waits_ever_longer() -> None:
    waits = [PACE.next_try(ConnectionFailed("lost"), failures, 0) for failures in (1, 2, 3, 60)]
    for wait, base in zip(waits, (30, 60, 120, LONGEST_RETRY), strict=True):
        assert base <= wait <= base * 1.2


def test_the_wait_that_a_server_asks_for_is_kept() -> None:
    assert PACE.next_try(ServerThrottled("slower", retry_after=7200), 1, 0) >= 7200
    assert PACE.next_try(ServerThrottled("slower"), 1, 0) >= 900
    assert PACE.next_try(ServerThrottled("slower", retry_after=999_999_999), 1, 0) <= LONGEST_WAIT * 1.2


def test_what_trying_again_does_not_mend_is_not_tried_again() -> None:
    assert PACE.next_try(LoginRefused("no"), 1, 0) == float("inf")
    assert PACE.next_try(PushNotOffered("no"), 1, 0) == NO_PUSH_RETRY
