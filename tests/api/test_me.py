"""`me/` and `account/`."""

from __future__ import annotations

import pytest

from accounts.members import MAX_UNDO_SECONDS
from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


def test_it_says_who_is_asking(alice_api: ApiClient, alice: Membership) -> None:
    me = json_of(alice_api.get("me/"))
    assert me["user"] == {"id": str(alice.pk), "email": "alice@acme.example", "name": "Alice Archer"}
    assert me["account"] == {"id": str(alice.account_id), "name": "Acme", "slug": "acme"}
    assert me["role"] == "admin"
    assert "admin" in me["scopes"]


def test_scopes_are_those_of_the_token(alice: Membership) -> None:
    assert json_of(ApiClient(alice, ["mail:read"]).get("me/"))["scopes"] == ["mail:read"]


def test_people_change_their_own_preferences(bob_api: ApiClient, bob: Membership) -> None:
    changes: dict[str, object] = {
        "language": "es",
        "timezone": "Europe/Madrid",
        "signature": "Bob\n",
        "availability": "lunch",
    }
    changes |= {"has_shortcuts": False, "undo_seconds": 30}
    me = json_of(bob_api.patch("me/", changes))
    assert {name: me[name] for name in changes} == changes
    bob.user.refresh_from_db()
    assert bob.user.timezone == "Europe/Madrid"


def test_undo_lasts_as_long_as_the_settings_say_and_never_longer_than_a_minute(bob_api: ApiClient) -> None:
    assert json_of(bob_api.get("me/"))["undo_seconds"] == 10
    assert json_of(bob_api.patch("me/", {"undo_seconds": 0}))["undo_seconds"] == 0
    problem_of(bob_api.patch("me/", {"undo_seconds": MAX_UNDO_SECONDS + 1}), 400)


def test_an_unknown_time_zone_is_refused_with_its_place(bob_api: ApiClient) -> None:
    found = problem_of(bob_api.patch("me/", {"timezone": "Mars/Olympus"}), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/timezone"]


def test_role_and_account_cannot_be_changed_here(bob_api: ApiClient) -> None:
    assert json_of(bob_api.patch("me/", {"role": "admin"}))["role"] == "user"


def test_charlie_sees_himself_only(charlie_api: ApiClient, alice: Membership) -> None:
    assert json_of(charlie_api.get("me/"))["account"]["slug"] == "globex"
    assert json_of(charlie_api.get("account/"))["name"] == "Globex"


def test_anonymous_is_refused(anyone: ApiClient) -> None:
    problem_of(anyone.get("me/"), 401)
    problem_of(anyone.patch("me/", {}), 401)
    problem_of(anyone.get("account/"), 401)


def test_an_administrator_changes_the_account(alice_api: ApiClient, bob_api: ApiClient) -> None:
    changed = json_of(alice_api.patch("account/", {"name": "Acme Ltd", "timezone": "Europe/Paris"}))
    assert (changed["name"], changed["timezone"], changed["slug"]) == ("Acme Ltd", "Europe/Paris", "acme-ltd")
    assert json_of(bob_api.get("account/"))["name"] == "Acme Ltd"
    assert [event["action"] for event in json_of(alice_api.get("audit/"))["results"]] == [
        "account.changed",
        "account.renamed",
    ]


def test_a_user_does_not_change_the_account(bob_api: ApiClient, alice: Membership) -> None:
    problem_of(bob_api.patch("account/", {"name": "Bobs"}), 403)
    problem_of(ApiClient(alice, ["mail:read"]).patch("account/", {"name": "Bobs"}), 403)
