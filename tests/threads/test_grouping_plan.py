"""The plan of threads, on values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from threads.grouping import KnownThreads, Letter, Placement, Reason, answered_ids, group_key, plan_threads

START = datetime(2026, 5, 4, tzinfo=UTC)
NOTHING = KnownThreads({}, {})


def letter(ref: int, subject: str = "Offer", client: str = "anna", answers: Sequence[str] = ()) -> Letter:
    """Letter number `ref`, which came in as the `ref`th and has the Message-ID "m<ref>"."""
    at = START + timedelta(minutes=ref)
    return Letter(ref, at, f"m{ref}", tuple(answers), client, group_key(client, subject))


def groups(plan: Mapping[int, Placement]) -> set[frozenset[int]]:
    """Which letters lie together."""
    found: dict[tuple[int | None, int | None], set[int]] = {}
    for ref, placement in plan.items():
        found.setdefault((placement.thread_id, placement.new_thread), set()).add(ref)
    return {frozenset(refs) for refs in found.values()}


def together(*refs: Sequence[int]) -> set[frozenset[int]]:
    return {frozenset(group) for group in refs}


@pytest.mark.rule("K30", "K32")
def test_client_and_subject_make_the_thread() -> None:
    example = [letter(1, client="anna"), letter(2, client="boris"), letter(3, "Bill"), letter(4, "Re: bill")]
    assert groups(plan_threads(example, NOTHING)) == together([1], [2], [3, 4])
    other = [letter(1, "Offer"), letter(2, "Order"), letter(3, "Bill"), letter(4, "Bill")]
    assert groups(plan_threads(other, NOTHING)) == together([1], [2], [3, 4])


@pytest.mark.rule("K30")
@pytest.mark.parametrize("subject", ["Re: Offer", "AW: Fwd: offer", "[team] RE[2]: OFFER", " offer ", "Ответ: Offer"])
def test_prefixes_do_not_part_letters(subject: str) -> None:
    assert group_key("anna", subject) == group_key("anna", "Offer")


@pytest.mark.rule("K30")
def test_an_empty_subject_is_a_subject_and_tickets_stay_apart() -> None:
    assert group_key("anna", "") == group_key("anna", "Re:")
    assert group_key("anna", "[Ticket 12] Help") != group_key("anna", "[Ticket 13] Help")


@pytest.mark.rule("K33")
def test_without_grouping_every_letter_stands_alone() -> None:
    plan = plan_threads([letter(1), letter(2), letter(3, answers=["m1"])], NOTHING, is_grouping=False)
    assert groups(plan) == together([1], [2], [3])
    assert {placement.reason for placement in plan.values()} == {Reason.ALONE}


@pytest.mark.rule("G01")
def test_an_answer_stays_in_the_thread_though_its_subject_was_edited() -> None:
    plan = plan_threads([letter(1), letter(2, "Quite another", answers=["m1"])], NOTHING)
    assert groups(plan) == together([1, 2])
    assert [plan[ref].reason for ref in (1, 2)] == [Reason.FIRST, Reason.REPLY]


@pytest.mark.rule("G01", "K30")
def test_later_letters_with_the_edited_subject_join_too() -> None:
    plan = plan_threads([letter(1), letter(2, "Edited", answers=["m1"]), letter(3, "Edited")], NOTHING)
    assert groups(plan) == together([1, 2, 3])


@pytest.mark.rule("G01")
def test_an_answer_never_crosses_clients() -> None:
    known = KnownThreads({}, {("anna", "m1"): 7})
    assert plan_threads([letter(2, client="boris", answers=["m1"])], known)[2].thread_id is None
    plan = plan_threads([letter(1), letter(2, client="boris", answers=["m1"])], NOTHING)
    assert groups(plan) == together([1], [2])


@pytest.mark.rule("G01")
def test_what_it_answers_comes_before_its_subject() -> None:
    known = KnownThreads({group_key("anna", "Order"): 8}, {("anna", "old"): 7})
    placed = plan_threads([letter(1, "Order", answers=["old"])], known)[1]
    assert (placed.thread_id, placed.reason) == (7, Reason.REPLY)


@pytest.mark.rule("K30")
def test_a_letter_joins_the_existing_thread_of_its_subject() -> None:
    known = KnownThreads({group_key("anna", "Offer"): 7}, {})
    placed = plan_threads([letter(1, "Re: Offer")], known)[1]
    assert (placed.thread_id, placed.reason) == (7, Reason.SUBJECT)


def test_the_nearest_answered_letter_counts() -> None:
    known = KnownThreads({}, {("anna", "far"): 1, ("anna", "near"): 2})
    assert plan_threads([letter(1, answers=answered_ids("", ["far", "near"]))], known)[1].thread_id == 2
    assert answered_ids("reply", ["a", "b", "reply"]) == ("reply", "b", "a")


def test_what_a_chain_of_answers_leads_to_is_shared_by_the_whole_chain() -> None:
    known = KnownThreads({}, {("anna", "old"): 7})
    chain = [letter(1, "A", answers=["old"]), letter(2, "B", answers=["m1"]), letter(3, "C", answers=["m2"])]
    assert {placed.thread_id for placed in plan_threads(chain, known).values()} == {7}


def test_the_answered_letter_follows_its_answer_into_an_existing_thread() -> None:
    known = KnownThreads({group_key("anna", "Edited"): 7}, {})
    plan = plan_threads([letter(1), letter(2, "Edited", answers=["m1"])], known)
    assert [plan[ref].thread_id for ref in (1, 2)] == [7, 7]


def test_existing_threads_are_never_joined() -> None:
    known = KnownThreads({group_key("anna", "A"): 7, group_key("anna", "B"): 8}, {})
    plan = plan_threads([letter(1, "A"), letter(2, "B", answers=["m1"]), letter(3, "B")], known)
    assert [plan[ref].thread_id for ref in (1, 2, 3)] == [7, 7, 8]


def test_headers_that_go_in_circles_are_survived() -> None:
    circle = [letter(1, "A", answers=["m2"]), letter(2, "B", answers=["m1"]), letter(3, "C", answers=["m3"])]
    assert groups(plan_threads(circle, NOTHING)) == together([1, 2], [3])
