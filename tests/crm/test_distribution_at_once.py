"""Many customers at once, while managers come and go: nobody is passed over."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Group, GroupMember, Membership
from accounts.tenancy import tenant
from crm.distribution import next_managers
from crm.models import GroupTurn
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("R13")]
WORKERS, ROUNDS, CUSTOMERS = 8, 4, 250


@pytest.fixture
def group(alice: Membership) -> Group:
    with tenant(alice.account_id):
        group, now = Group.objects.create(name="Sellers"), timezone.now()
        for number in range(5):
            user = make_user(f"seller{number}@acme.example", f"Seller {number}")
            member = Membership.objects.create(user=user, last_seen_at=now)
            GroupMember.objects.create(group=group, membership=member)
        return group


def distribute(group: Group, sizes: list[int]) -> Counter[int]:
    """Batches of these sizes, taken by eight workers that start together."""
    barrier, taken, lock = threading.Barrier(WORKERS), Counter[int](), threading.Lock()

    def work(mine: list[int]) -> None:
        try:
            with tenant(group.account_id):
                barrier.wait()
                for size in mine:
                    with transaction.atomic():
                        members = next_managers(group.pk, size)
                    with lock:
                        taken.update(member.pk for member in members)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work, sizes[number::WORKERS]) for number in range(WORKERS)]:
            done.result()
    return taken


def test_a_thousand_customers_are_spread_evenly_whoever_is_there(group: Group) -> None:
    given = Counter[int]()
    with tenant(group.account_id):
        members = list(group.members.order_by("pk"))
    for number in range(ROUNDS):  # each round somebody else is at lunch
        with tenant(group.account_id):
            group.members.update(availability="free")
            Membership.objects.filter(pk=members[number].pk).update(availability="lunch")
        taken = distribute(group, [1] * 100 + [3] * 50)
        assert taken.total() == CUSTOMERS
        assert members[number].pk not in taken
        assert max(taken.values()) - min(taken.values()) <= 1
        given += taken
    with tenant(group.account_id):
        assert dict(GroupTurn.objects.values_list("membership", "count")) == given
    assert given.total() == ROUNDS * CUSTOMERS == 1000
