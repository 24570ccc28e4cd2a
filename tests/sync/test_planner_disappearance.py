"""Which letters are gone from the server, and when its word is not taken for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.planner import EMPTY_BELIEVED_AFTER, MASS_LEAST, Doubt, plan_disappeared

KNOWN = frozenset(range(1, 51))


@pytest.mark.rule("K61")
def test_what_is_known_and_not_listed_is_gone() -> None:
    plan = plan_disappeared(KNOWN, [uid for uid in KNOWN if uid not in (3, 5)], messages=48)
    assert plan.uids == {3, 5}
    assert plan.doubt is None


def test_what_was_never_imported_is_nobodys_loss() -> None:
    assert plan_disappeared({10, 11}, [1, 2, 3, 10, 11], messages=5).uids == frozenset()


def test_a_whole_folder_gone_at_once_is_not_believed() -> None:
    plan = plan_disappeared(KNOWN, [], messages=0, empty_for=EMPTY_BELIEVED_AFTER - timedelta(seconds=1))
    assert plan.doubt == Doubt.EMPTIED
    assert plan.uids == frozenset()


@pytest.mark.rule("K61")
def test_a_folder_that_has_been_empty_for_a_while_is_empty() -> None:
    plan = plan_disappeared(KNOWN, [], messages=0, empty_for=EMPTY_BELIEVED_AFTER)
    assert (plan.uids, plan.doubt) == (KNOWN, None)


def test_it_is_believed_as_soon_as_the_folder_lists_a_letter_again() -> None:
    plan = plan_disappeared(KNOWN, [51], messages=1)
    assert plan.uids == KNOWN
    assert plan.doubt is None


def test_a_folder_of_few_letters_may_be_emptied() -> None:
    few = range(1, MASS_LEAST)
    assert plan_disappeared(few, [], messages=0).uids == frozenset(few)


def test_a_list_shorter_than_the_servers_own_count_is_not_believed() -> None:
    plan = plan_disappeared(KNOWN, list(KNOWN)[:20], messages=50)
    assert plan.doubt == Doubt.COUNTS_DIFFER
    assert plan.uids == frozenset()


def test_a_uid_listed_twice_does_not_make_up_for_one_that_is_missing() -> None:
    assert plan_disappeared({1, 2}, [1, 1], messages=2).doubt == Doubt.COUNTS_DIFFER


def test_letters_that_came_since_the_count_do_no_harm() -> None:
    assert plan_disappeared({1, 2, 3}, [1, 2, 4, 5], messages=3).uids == {3}


@given(known=st.frozensets(st.integers(1, 40)), listed=st.frozensets(st.integers(1, 40)), messages=st.integers(0, 50))
def test_a_letter_that_the_server_lists_is_never_gone(
    known: frozenset[int], listed: frozenset[int], messages: int
) -> None:
    plan = plan_disappeared(known, listed, messages=messages)
    assert plan.uids <= known - listed
    assert not (plan.doubt and plan.uids)
