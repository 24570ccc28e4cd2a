"""Which letters of a folder are fetched, and when the whole folder is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.types import FolderStatus
from sync.planner import FolderMemory, plan_folder, plan_missing

MEMORY = FolderMemory(
    name="INBOX", generation=1, uidvalidity=7, uidnext=101, messages=40, highestmodseq=5, last_uid=100
)
STATUS = FolderStatus(uidvalidity=7, uidnext=104, messages=43, highestmodseq=6)
UIDS = st.sets(st.integers(1, 60))


@pytest.mark.rule("A07")
def test_new_letters_are_fetched_newest_first() -> None:
    plan = plan_folder(MEMORY, STATUS, listed=[101, 102, 103], known=())
    assert plan.fetch == (103, 102, 101)
    assert plan.last_uid == 103
    assert not plan.should_compare


def test_the_last_old_letter_that_every_server_lists_is_not_new() -> None:
    plan = plan_folder(MEMORY, replace(STATUS, uidnext=101, messages=40), listed=[100], known=())
    assert plan.fetch == ()
    assert plan.last_uid == 100


def test_doubled_and_unsorted_uids_are_fetched_once() -> None:
    assert plan_folder(MEMORY, STATUS, listed=[102, 103, 101, 102], known=()).fetch == (103, 102, 101)


def test_what_a_visit_cut_short_has_filed_is_not_fetched_again() -> None:
    plan = plan_folder(replace(MEMORY, uidnext=0), STATUS, listed=[101, 102, 103], known={103, 102})
    assert plan.fetch == (101,)
    assert plan.should_compare


def test_a_letter_that_comes_while_we_look_is_fetched_too() -> None:
    plan = plan_folder(MEMORY, STATUS, listed=[101, 102, 103, 104], known=())
    assert plan.fetch[0] == 104
    assert not plan.should_compare


@pytest.mark.rule("K61")
@pytest.mark.parametrize(
    ("what", "messages", "listed"),
    [
        ("one went", 39, []),
        ("one came, one went", 40, [103]),
        ("three came, one of them went again, and an old one", 41, [101, 103]),
        ("a server that counts more than it lists", 44, [101, 102, 103]),
    ],
)
def test_letters_that_do_not_add_up_are_looked_for(what: str, messages: int, listed: list[int]) -> None:
    assert plan_folder(MEMORY, replace(STATUS, messages=messages), listed=listed, known=()).should_compare, what


def test_a_letter_that_came_and_went_between_visits_leaves_nothing_to_look_for() -> None:
    assert not plan_folder(MEMORY, replace(STATUS, messages=40), listed=[], known=()).should_compare


@pytest.mark.rule("G06")
@pytest.mark.parametrize(
    ("before", "now", "since", "reads"),
    [
        (5, 5, None, False),  # the server says that none changed
        (5, 6, 5, False),  # it says which
        (6, 5, None, True),  # it counts anew
        (None, 6, None, True),
        (5, None, None, True),
        (None, None, None, True),
    ],
)
def test_changed_flags_are_asked_for_or_looked_for(
    before: int | None, now: int | None, since: int | None, *, reads: bool
) -> None:
    plan = plan_folder(replace(MEMORY, highestmodseq=before), replace(STATUS, highestmodseq=now), listed=[], known=())
    assert (plan.changes_since, plan.should_read_flags) == (since, reads)


@given(known=UIDS, listed=UIDS, first=st.integers(1, 60), last=st.integers(0, 60))
def test_what_the_server_did_not_list_in_time_is_found_later(
    known: set[int], listed: set[int], first: int, last: int
) -> None:
    missing = plan_missing(known, listed, first=first, last=last)
    assert set(missing) == {uid for uid in listed - known if first <= uid <= last}
    assert list(missing) == sorted(missing, reverse=True)


@given(listed=st.lists(st.integers(1, 60)), known=UIDS, last_uid=st.integers(0, 60))
def test_every_unknown_letter_above_the_cursor_is_fetched_and_no_other(
    listed: list[int], known: set[int], last_uid: int
) -> None:
    memory = replace(MEMORY, last_uid=last_uid)
    plan = plan_folder(memory, STATUS, listed=listed, known=known)
    assert set(plan.fetch) == {uid for uid in listed if uid > last_uid} - known
    assert list(plan.fetch) == sorted(set(plan.fetch), reverse=True)
    assert plan.last_uid >= last_uid


@given(before=UIDS, gone=UIDS, came=UIDS)
def test_a_loss_is_never_overlooked(before: set[int], gone: set[int], came: set[int]) -> None:
    """`before` were there when the last visit ended; then some went and others came."""
    uidnext = max(before, default=0) + 1
    came = {uidnext + uid for uid in came}
    status = FolderStatus(7, max(came, default=uidnext - 1) + 1, len(before - gone) + len(came))
    memory = replace(MEMORY, uidnext=uidnext, messages=len(before), last_uid=uidnext - 1)
    assert plan_folder(memory, status, listed=came, known=()).should_compare == bool(before & gone)


@pytest.mark.rule("K61")
def test_a_loss_is_not_made_up_for_by_a_letter_that_came_while_we_looked_last_time() -> None:
    """101 was filed by the last visit, but came after the STATUS that is remembered; then an old one went."""
    memory = replace(MEMORY, last_uid=101)
    assert plan_folder(memory, replace(STATUS, uidnext=102, messages=40), listed=[], known=()).should_compare
