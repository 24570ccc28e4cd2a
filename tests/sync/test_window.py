"""The window of the first import: the newest letters of both folders together, none too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.types import RemoteMessage
from sync.window import Window, first_window

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def letter(uid: int, *, days_ago: float) -> RemoteMessage:
    return RemoteMessage(uid=uid, size=1000, received_at=NOW - timedelta(days=days_ago), flags=frozenset())


@pytest.mark.rule("K10")
def test_inbox_and_sent_share_one_window() -> None:
    inbox = [letter(1, days_ago=4), letter(2, days_ago=3), letter(3, days_ago=1)]
    sent = [letter(1, days_ago=5), letter(2, days_ago=2)]
    inside = first_window(NOW, messages=3, days=30).choose({"inbox": inbox, "sent": sent})
    assert inside == {"inbox": {2, 3}, "sent": {2}}


@pytest.mark.rule("K10")
def test_the_date_decides_and_not_the_uid() -> None:
    moved_here_yesterday = letter(9, days_ago=29)
    inside = Window(2, None).choose({"inbox": [letter(1, days_ago=2), letter(2, days_ago=1), moved_here_yesterday]})
    assert inside == {"inbox": {1, 2}}


@pytest.mark.rule("K10")
def test_the_age_limit_is_exact_though_search_knows_days_only() -> None:
    window = first_window(NOW, messages=500, days=30)
    just_inside, just_outside = letter(1, days_ago=30), letter(2, days_ago=30.0001)
    assert window.choose({"inbox": [just_inside, just_outside]}) == {"inbox": {1}}
    assert window.search_since is not None
    assert window.search_since <= NOW - timedelta(days=31)


@pytest.mark.rule("K10")
def test_zero_days_is_no_limit_of_age() -> None:
    window = first_window(NOW, messages=500, days=0)
    assert window.search_since is None
    assert window.choose({"inbox": [letter(1, days_ago=9000)]}) == {"inbox": {1}}


def test_zones_are_compared_as_moments() -> None:
    east = RemoteMessage(1, 10, datetime(2026, 11, 20, 1, 0, tzinfo=timezone(timedelta(hours=9))), frozenset())
    west = RemoteMessage(2, 10, datetime(2026, 11, 19, 20, 0, tzinfo=timezone(timedelta(hours=-5))), frozenset())
    assert Window(1, None).choose({"inbox": [east, west]}) == {"inbox": {2}}


def test_an_empty_folder_has_nothing_inside() -> None:
    assert Window(500, None).choose({"inbox": [], "sent": [letter(1, days_ago=1)]}) == {"inbox": set(), "sent": {1}}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 200)), max_size=40, unique_by=lambda pair: pair[1]))
def test_trimming_a_folder_changes_no_choice(letters: list[tuple[int, int]]) -> None:
    window = Window(limit=5, since=None)
    remote = [RemoteMessage(uid, 1, NOW + timedelta(hours=hours), frozenset()) for hours, uid in letters]
    assert window.choose({"inbox": window.trim(remote)}) == window.choose({"inbox": remote})
