"""Settings, Groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.groups import create_group
from accounts.models import Account, Group, Membership
from accounts.tenancy import tenant

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("G11")
def test_a_group_is_made_changed_and_deleted(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    client = signed_in(alice)
    client.post(reverse("group_create"), {"name": "Sales", "members": [bob.pk]})
    group = Group.objects.get()
    assert list(group.members.all()) == [bob]
    assert "Bob Baker" in client.get(reverse("groups")).content.decode()
    client.post(reverse("group", args=[group.pk]), {"name": "Support", "members": [alice.pk]})
    group.refresh_from_db()
    assert (group.name, list(group.members.all())) == ("Support", [alice])
    client.post(reverse("group_delete", args=[group.pk]))
    assert not Group.objects.exists()


def test_a_name_is_there_once(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    create_group(alice, name="Sales")
    answer = signed_in(alice).post(reverse("group_create"), {"name": "sales"})
    assert answer.status_code == 422
    assert "a group of this name already" in answer.content.decode()


def test_groups_of_another_account_are_not_there(signed_in: SignIn, alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        group = create_group(alice, name="Sales")
    client = signed_in(charlie)
    assert client.get(reverse("group", args=[group.pk])).status_code == 404
    assert client.post(reverse("group_delete", args=[group.pk])).status_code == 404
    assert "Sales" not in client.get(reverse("groups")).content.decode()
