"""The one query of every request brings what the ORM would have brought."""

from __future__ import annotations

import pytest
from django.db.models import Model

from accounts.backends import memberships_of
from accounts.models import Membership
from accounts.tenancy import tenant


def columns(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_each_column_is_as_django_reads_it(alice: Membership) -> None:
    with tenant(alice.account_id):
        Membership.objects.filter(pk=alice.pk).update(notices_off=["task.due"], undo_seconds=20)
        stored = Membership.objects.select_related("account", "user").get(pk=alice.pk)
    (found,) = memberships_of(alice.user_id)
    assert [columns(row) for row in (found, found.account, found.user)] == [
        columns(row) for row in (stored, stored.account, stored.user)
    ]
    assert not found._state.adding


def test_who_left_an_account_is_not_in_it(alice: Membership) -> None:
    with tenant(alice.account_id):
        Membership.objects.filter(pk=alice.pk).update(is_active=False)
    assert memberships_of(alice.user_id) == []


def test_every_account_of_a_person_comes_with_the_same_person(alice: Membership, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        second = Membership.objects.create(user=alice.user)
    mine = memberships_of(alice.user_id)
    assert [membership.pk for membership in mine] == [alice.pk, second.pk]
    assert mine[0].user is mine[1].user
    assert mine[1].account == charlie.account


@pytest.mark.rule("G10")
def test_a_request_sees_only_its_own_people(alice: Membership, charlie: Membership) -> None:
    assert {membership.account_id for membership in memberships_of(alice.user_id)} == {alice.account_id}
