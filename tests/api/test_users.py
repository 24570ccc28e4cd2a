"""`users/`: administrators see and change the people of their account."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.services import accept_invitation, find_invitation
from accounts.tenancy import tenant
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


def test_an_administrator_lists_the_people(alice_api: ApiClient, alice: Membership, bob: Membership) -> None:
    people = json_of(alice_api.get("users/"))["results"]
    assert [person["email"] for person in people] == ["alice@acme.example", "bob@acme.example"]
    assert people[0]["availability"] == "free"
    assert people[1]["availability"] == "offline"  # Bob has asked for nothing yet


def test_everybody_finds_whom_a_card_can_name(bob_api: ApiClient, alice: Membership, bob: Membership) -> None:
    people = json_of(bob_api.get("colleagues/"))["results"]
    assert [person["name"] for person in people] == ["Alice Archer", "Bob Baker"]
    assert people[0].keys() == {"id", "name", "is_active", "availability"}
    card = json_of(bob_api.post("companies/", {"name": "Harbor", "responsible": people[0]["id"]}), 201)
    assert card["responsible"] == str(alice.pk)
    assert json_of(bob_api.get(f"colleagues/{bob.pk}/"))["id"] == str(bob.pk)


def test_an_administrator_gives_and_takes_rights(alice_api: ApiClient, bob: Membership, bob_api: ApiClient) -> None:
    problem_of(bob_api.get("users/"), 403)
    changed = json_of(alice_api.patch(f"users/{bob.pk}/", {"role": "admin", "mail_access_all": False}))
    assert (changed["role"], changed["mail_access_all"]) == ("admin", False)
    problem_of(alice_api.patch(f"users/{bob.pk}/", {"role": "boss"}), 400)


def test_a_deactivated_person_is_out_at_once(alice_api: ApiClient, bob: Membership, bob_api: ApiClient) -> None:
    json_of(alice_api.patch(f"users/{bob.pk}/", {"is_active": False}))
    problem_of(bob_api.get("me/"), 401)


def test_the_last_administrator_stays(alice_api: ApiClient, alice: Membership) -> None:
    problem_of(alice_api.patch(f"users/{alice.pk}/", {"role": "user"}), 409, "last-administrator")


def test_an_invitation_is_made_and_its_secret_shown_once(alice_api: ApiClient, alice: Membership) -> None:
    asked = {"email": "Dave@acme.example", "role": "user"}
    first = json_of(alice_api.post("users/", asked, Idempotency_Key="k1"), 201)
    assert find_invitation(first["secret"]).email == "dave@acme.example"
    again = json_of(alice_api.post("users/", asked, Idempotency_Key="k1"), 201)
    assert (again["id"], again["secret"]) == (first["id"], None)


def test_a_member_is_not_invited_again(alice_api: ApiClient, bob: Membership) -> None:
    found = problem_of(alice_api.post("users/", {"email": "bob@acme.example"}), 400)
    assert found["errors"][0]["pointer"] == "#/email"


def test_others_are_refused(alice: Membership, bob_api: ApiClient, charlie: Membership) -> None:
    assert_closed("GET", f"users/{alice.pk}/", stranger=charlie, without=["mail:read"])
    for method in ("PATCH", "DELETE"):
        assert_closed(method, f"users/{alice.pk}/", stranger=charlie)
    problem_of(bob_api.post("users/", {"email": "eve@acme.example"}), 403)
    people = json_of(ApiClient(charlie).get("users/"))["results"]
    assert [person["email"] for person in people] == ["charlie@globex.example"]


@pytest.mark.rule("M01")
def test_an_invitation_carries_name_and_rights(alice_api: ApiClient, alice: Membership) -> None:
    asked = {"email": "eva@acme.example", "name": "Eva Sanz", "mail_access_all": False, "mailer_access": True}
    made = json_of(alice_api.post("users/", asked), 201)
    assert {name: made[name] for name in asked} == asked
    with tenant(alice.account_id):
        eva = accept_invitation(made["secret"], name="Eva", password="a long password")
    read = json_of(alice_api.get(f"users/{eva.pk}/"))
    assert (read["name"], read["mail_access_all"], read["mailer_access"]) == ("Eva", False, True)
