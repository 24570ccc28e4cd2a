"""New customers go round evenly among the members of a group (R13)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Group, GroupMember, Membership
from crm.distribution import NEVER, Candidate, next_manager, next_managers, plan_turns
from crm.models import GroupTurn
from tests.conftest import make_user

pytestmark = pytest.mark.rule("R13")
Availability = Membership.Availability


@pytest.fixture
def sellers(alice: Membership, in_account: Account) -> list[Membership]:
    """Five who are here and free."""
    group, now = Group.objects.create(name="Sellers"), timezone.now()
    members = [
        Membership.objects.create(user=make_user(f"seller{number}@acme.example", f"Seller {number}"), last_seen_at=now)
        for number in range(5)
    ]
    GroupMember.objects.bulk_create(GroupMember(group=group, membership=member) for member in members)
    return members


def take(count: int) -> Counter[int]:
    """Whose the next customers are, one by one."""
    group = Group.objects.get()
    taken = (next_manager(group) for _ in range(count))
    return Counter(member.pk for member in taken if member)


def set_all(members: list[Membership], **values: object) -> None:
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(**values)


def test_they_go_round_evenly(sellers: list[Membership]) -> None:
    assert set(take(15).values()) == {3}
    assert Counter(member.pk for member in next_managers(Group.objects.get().pk, 12)).most_common(1)[0][1] == 3
    assert sorted(GroupTurn.objects.values_list("count", flat=True)) == [5, 5, 5, 6, 6]


def test_who_is_free_comes_first(sellers: list[Membership]) -> None:
    set_all(sellers[2:3], availability=Availability.LUNCH)
    set_all(sellers[3:4], availability=Availability.BUSY)
    set_all(sellers[4:], last_seen_at=timezone.now() - timedelta(hours=1))
    assert take(10) == {sellers[0].pk: 5, sellers[1].pk: 5}


def test_if_nobody_is_free_it_goes_round_among_all_the_others(sellers: list[Membership]) -> None:
    for member, availability in zip(sellers, [*Availability.values, Availability.BREAK], strict=True):
        set_all([member], availability=availability)
    set_all(sellers[:1], last_seen_at=None)  # free, but signed out
    assert take(10) == dict.fromkeys([member.pk for member in sellers], 2)


def test_who_was_away_does_not_get_what_he_missed(sellers: list[Membership]) -> None:
    take(5)
    set_all(sellers[:1], availability=Availability.LUNCH)
    take(40)
    set_all(sellers[:1], availability=Availability.FREE)
    assert set(take(10).values()) == {2}


def test_who_left_gets_nothing(sellers: list[Membership]) -> None:
    set_all(sellers[1:], is_active=False)
    assert take(3) == {sellers[0].pk: 3}
    set_all(sellers, is_active=False)
    assert next_manager(Group.objects.get()) is None


def test_a_group_that_is_gone_has_nobody(in_account: Account) -> None:
    assert next_managers(0, 3) == []


def test_nothing_is_planned_for_nobody() -> None:
    assert plan_turns([], 3) == []
    assert plan_turns([Candidate(7, True, None), Candidate(8, True, NEVER)], 3) == [7, 8, 7]
