"""`audit/`: for administrators, narrowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import record
from accounts.models import Membership
from accounts.tenancy import tenant
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.django_db


def actions(api: ApiClient, **query: str) -> list[str]:
    return [row["action"] for row in json_of(api.get("audit/", **query))["results"]]


@pytest.mark.rule("G12", "G08")
def test_it_is_narrowed(alice: Membership, alice_api: ApiClient, bob: Membership) -> None:
    with tenant(alice.account_id):
        record(alice, "user.rights_changed", target=bob, role="admin")
        record(bob, "user.joined", target=bob)
        record(alice, "users", count=1)
    assert actions(alice_api) == ["users", "user.joined", "user.rights_changed"]
    assert actions(alice_api, action="user.") == ["user.joined", "user.rights_changed"]
    assert actions(alice_api, action="user.joined") == ["user.joined"]
    assert actions(alice_api, actor=str(bob.pk)) == ["user.joined"]
    assert actions(alice_api, target_type="membership", target_id=str(bob.pk)) == ["user.joined", "user.rights_changed"]
    assert actions(alice_api, after=(timezone.now() + timedelta(hours=1)).isoformat()) == []
    assert len(actions(alice_api, before=(timezone.now() + timedelta(hours=1)).isoformat())) == 3


def test_others_are_refused(bob_api: ApiClient, alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        record(alice, "users", count=1)
    problem_of(bob_api.get("audit/"), 403)
    assert actions(ApiClient(charlie)) == []
    assert_closed("GET", "audit/")


@pytest.mark.rule("G12")
def test_it_names_the_token_that_was_used(alice_api: ApiClient, signed_in: SignIn, alice: Membership) -> None:
    alice_api.patch("account/", {"name": "Acme & Co"})
    signed_in(alice).patch("/api/v1/account/", {"name": "Acme"}, content_type="application/json")
    in_person, by_token = json_of(alice_api.get("audit/", action="account.changed"))["results"]
    assert by_token["facts"] == {"fields": "name", "token": alice_api.token.pk, "token_name": "test"}
    assert in_person["facts"] == {"fields": "name"}
    assert "with the API token “test”" in signed_in(alice).get("/settings/audit/").content.decode()
