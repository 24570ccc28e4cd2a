"""What holds for the plan of threads whatever the letters."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.threads.test_grouping_plan import NOTHING, letter
from threads.grouping import Direction, KnownThreads, Reason, group_key, plan_threads
from threads.models import Message

LETTERS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["anna", "boris"]), st.lists(st.integers(0, 9), max_size=2)),
    max_size=8,
)
KNOWN = st.sampled_from(
    [NOTHING, KnownThreads({group_key("anna", "A"): 7}, {("anna", "m9"): 8, ("boris", "m8"): 9})],
)


@given(LETTERS, KNOWN, st.randoms())
def test_the_order_of_the_letters_makes_no_difference(
    drawn: list[tuple[str, str, list[int]]], known: KnownThreads, random: object
) -> None:
    batch = [letter(ref, s, c, [f"m{n}" for n in answers]) for ref, (s, c, answers) in enumerate(drawn)]
    shuffled = list(batch)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan_threads(batch, known) == plan_threads(shuffled, known)


@given(LETTERS)
def test_nobody_shares_a_thread_with_another_client_and_same_subjects_do(
    drawn: list[tuple[str, str, list[int]]],
) -> None:
    batch = [letter(ref, s, c, [f"m{n}" for n in answers]) for ref, (s, c, answers) in enumerate(drawn)]
    plan = plan_threads(batch, NOTHING)
    assert set(plan) == {one.ref for one in batch}
    for one, other in itertools.combinations(batch, 2):
        is_shared = plan[one.ref].new_thread == plan[other.ref].new_thread
        assert not (is_shared and one.client_key != other.client_key)
        assert is_shared or one.group_key != other.group_key


def test_the_words_of_the_plan_are_those_of_the_rows() -> None:
    assert {reason.value for reason in Reason} == set(Message.ThreadReason.values)
    assert {direction.value for direction in Direction} == set(Message.Direction.values)
