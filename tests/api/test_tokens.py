"""`tokens/`: the secret is shown once, and a token gives no more than it has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import IdempotentReply, Membership
from accounts.tenancy import tenant
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


def test_a_new_token_works_and_is_shown_once(bob_api: ApiClient) -> None:
    made = json_of(bob_api.post("tokens/", {"name": "script", "scopes": ["mail:read"]}), 201)
    secret = made.pop("secret")
    assert json_of(bob_api.client.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"}))["scopes"] == [
        "mail:read"
    ]
    listed = json_of(bob_api.get("tokens/"))["results"]
    assert [row["name"] for row in listed] == ["test", "script"]
    assert not any("secret" in row for row in listed)


def test_a_token_gives_no_scope_that_it_lacks(bob_api: ApiClient, alice: Membership) -> None:
    found = problem_of(bob_api.post("tokens/", {"name": "x", "scopes": ["admin"]}), 400)
    assert found["errors"][0]["pointer"] == "#/scopes"
    narrow = ApiClient(alice, ["mail:read"])
    problem_of(narrow.post("tokens/", {"name": "x", "scopes": ["mail:read", "mail:send"]}), 400)


def test_a_token_gives_no_longer_life_than_its_own(bob: Membership, bob_api: ApiClient) -> None:
    end = timezone.now() + timedelta(hours=1)
    with tenant(bob.account_id):
        bob_api.token.expires_at = end
        bob_api.token.save()
    asked = {"name": "x", "scopes": ["mail:read"]}
    problem_of(bob_api.post("tokens/", asked), 400)
    problem_of(bob_api.post("tokens/", {**asked, "expires_at": (end + timedelta(hours=1)).isoformat()}), 400)
    json_of(bob_api.post("tokens/", {**asked, "expires_at": end.isoformat()}), 201)


def test_the_secret_is_not_kept_for_a_repeated_request(bob: Membership, bob_api: ApiClient) -> None:
    asked = {"name": "script", "scopes": ["mail:read"]}
    first = json_of(bob_api.post("tokens/", asked, Idempotency_Key="once"), 201)
    again = json_of(bob_api.post("tokens/", asked, Idempotency_Key="once"), 201)
    assert again == {**first, "secret": None}
    with tenant(bob.account_id):
        assert first["secret"] not in str(IdempotentReply.objects.get().body)


def test_a_revoked_token_is_dead(bob_api: ApiClient) -> None:
    assert bob_api.delete(f"tokens/{bob_api.token.pk}/").status_code == 204
    problem_of(bob_api.get("me/"), 401)


def test_a_token_takes_back_none_that_may_do_more(bob: Membership, bob_api: ApiClient) -> None:
    narrow = ApiClient(bob, ["contacts:read"])
    problem_of(narrow.delete(f"tokens/{bob_api.token.pk}/"), 403)
    assert narrow.delete(f"tokens/{narrow.token.pk}/").status_code == 204
    assert bob_api.get("me/").status_code == 200


def test_nobody_else_sees_or_revokes_it(bob_api: ApiClient, alice_api: ApiClient, charlie: Membership) -> None:
    path = f"tokens/{bob_api.token.pk}/"
    problem_of(alice_api.delete(path), 404)
    assert_closed("DELETE", path, stranger=charlie)
    assert [row["id"] for row in json_of(alice_api.get("tokens/"))["results"]] == [str(alice_api.token.pk)]
    json_of(bob_api.get("me/"))


def test_tokens_made_with_a_token_are_listed_and_end_with_it(bob: Membership, bob_api: ApiClient) -> None:
    first = json_of(bob_api.post("tokens/", {"name": "first", "scopes": ["mail:read"]}), 201)
    child = ApiClient()
    child.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {first['secret']}"
    second = json_of(child.post("tokens/", {"name": "second", "scopes": ["mail:read"]}), 201)
    assert (first["made_by"], second["made_by"]) == (str(bob_api.token.pk), first["id"])
    assert [row["name"] for row in json_of(bob_api.get("tokens/"))["results"]] == ["test", "first", "second"]
    assert bob_api.delete(f"tokens/{first['id']}/").status_code == 204
    assert [row["name"] for row in json_of(bob_api.get("tokens/"))["results"]] == ["test"]
    problem_of(child.get("me/"), 401)
