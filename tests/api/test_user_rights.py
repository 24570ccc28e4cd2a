"""`users/`: the narrowing of the "Mail" tick, groups, availability, invitations, and leaving."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.groups import create_group
from accounts.models import Membership
from accounts.services import find_invitation
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.django_db


@pytest.mark.rule("K21", "G08")
def test_the_tick_is_narrowed(alice_api: ApiClient, bob: Membership, bob_api: ApiClient, sales: Mailbox) -> None:
    changed = json_of(alice_api.patch(f"users/{bob.pk}/", {"mail_access": [str(sales.pk)]}))
    assert (changed["mail_access_all"], changed["mail_access"]) == (False, [str(sales.pk)])
    own = json_of(bob_api.get("me/"))
    assert (own["mail_access_all"], own["mail_access"]) == (False, [str(sales.pk)])
    assert json_of(alice_api.patch(f"users/{bob.pk}/", {"mail_access_all": True}))["mail_access"] == []
    both = {"mail_access_all": True, "mail_access": [str(sales.pk)]}
    assert problem_of(alice_api.patch(f"users/{bob.pk}/", both), 400)["errors"][0]["pointer"] == "#/mail_access"


def test_a_wrong_part_changes_nothing(alice_api: ApiClient, bob: Membership) -> None:
    wrong = {"role": "admin", "mail_access_all": False, "groups": ["999999"]}
    assert problem_of(alice_api.patch(f"users/{bob.pk}/", wrong), 400)["errors"][0]["pointer"] == "#/groups"
    found = json_of(alice_api.get(f"users/{bob.pk}/"))
    assert (found["role"], found["mail_access_all"]) == ("user", True)


def test_groups_are_set(alice: Membership, alice_api: ApiClient, bob: Membership) -> None:
    with tenant(alice.account_id):
        group = create_group(alice, name="Sales")
    assert json_of(alice_api.patch(f"users/{bob.pk}/", {"groups": [str(group.pk)]}))["groups"] == [str(group.pk)]
    people = json_of(alice_api.get("users/"))["results"]
    assert [person["groups"] for person in people] == [[], [str(group.pk)]]


@pytest.mark.rule("G11")
def test_availability_is_set_by_oneself_or_an_administrator(
    alice: Membership, bob: Membership, bob_api: ApiClient, alice_api: ApiClient, charlie: Membership
) -> None:
    path = f"users/{bob.pk}/availability/"
    assert json_of(bob_api.post(path, {"availability": "busy"}))["availability"] == "busy"
    json_of(alice_api.post(path, {"availability": "lunch"}))
    assert json_of(bob_api.get("me/"))["availability"] == "lunch"
    problem_of(bob_api.post(f"users/{alice.pk}/availability/", {"availability": "busy"}), 403)
    problem_of(ApiClient(alice, ["mail:read"]).post(path, {"availability": "busy"}), 403)
    problem_of(bob_api.post(path, {"availability": "offline"}), 400)
    assert_closed("POST", path, stranger=charlie)


def test_invitations_are_listed_and_withdrawn(alice_api: ApiClient, bob_api: ApiClient, charlie: Membership) -> None:
    made = json_of(alice_api.post("users/", {"email": "dave@acme.example"}), 201)
    (listed,) = json_of(alice_api.get("users/invitations/"))["results"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    path = f"users/invitations/{made['id']}/"
    assert_closed("DELETE", path, stranger=charlie, without=["mail:read"])
    problem_of(bob_api.get("users/invitations/"), 403)
    problem_of(alice_api.get(f"users/{made['id']}/"), 404)  # another number than that of a user
    assert made["id"] == f"invitation-{find_invitation(made['secret']).pk}"
    assert alice_api.delete(path).status_code == 204
    problem_of(alice_api.delete(path), 404)


def test_leaving_says_what_becomes_of_mailboxes(
    alice_api: ApiClient, bob: Membership, bob_api: ApiClient, make_mailbox: MakeMailbox, charlie: Membership
) -> None:
    mailbox, path = make_mailbox("bob@acme.example", owner=bob), f"users/{bob.pk}/deactivate/"
    assert_closed("POST", path, stranger=charlie)
    mistyped = {"mailboxes": [{"mailbox": str(mailbox.pk), "fate": "delete", "confirm": ""}]}
    problem_of(alice_api.post(path, mistyped), 400)
    problem_of(alice_api.post(path, {"mailboxes": [{"mailbox": "0", "fate": "pause"}]}), 400)
    gone = json_of(alice_api.post(path, {"mailboxes": [{"mailbox": str(mailbox.pk), "fate": "disconnect"}]}))
    assert gone["is_active"] is False
    problem_of(bob_api.get("me/"), 401)
    with tenant(bob.account_id):
        mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.DISCONNECTED


@pytest.mark.rule("G11")
def test_an_administrator_learns_which_mailboxes_to_decide_about(
    alice_api: ApiClient, bob: Membership, bob_api: ApiClient, sales: Mailbox, make_mailbox: MakeMailbox
) -> None:
    own = make_mailbox("bob@acme.example", owner=bob)
    told = [{"id": str(own.pk), "address": "bob@acme.example", "state": "synced"}]
    people = json_of(alice_api.get("users/"))["results"]
    assert [person["personal_mailboxes"] for person in people] == [[], told]
    assert json_of(alice_api.get(f"users/{bob.pk}/"))["personal_mailboxes"] == told
    assert "personal_mailboxes" not in json_of(bob_api.post(f"users/{bob.pk}/availability/", {"availability": "busy"}))
    decided = {"mailboxes": [{"mailbox": told[0]["id"], "fate": "delete"}]}
    assert json_of(alice_api.post(f"users/{bob.pk}/deactivate/", decided))["personal_mailboxes"] == []


@pytest.mark.rule("G11")
def test_the_list_of_people_asks_for_all_mailboxes_at_once(
    alice_api: ApiClient,
    alice: Membership,
    bob: Membership,
    make_mailbox: MakeMailbox,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_mailbox("alice@acme.example", owner=alice)
    alice_api.get("users/")  # notes that she is here
    with CaptureQueriesContext(connection) as with_one:
        alice_api.get("users/")
    for name in ("bob", "bobby"):
        make_mailbox(f"{name}@acme.example", owner=bob)
    with django_assert_num_queries(len(with_one)):
        alice_api.get("users/")


@pytest.mark.rule("G11")
def test_deleting_a_user_deactivates_under_the_same_rules(
    alice: Membership, alice_api: ApiClient, bob: Membership, bob_api: ApiClient, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("bob@acme.example", owner=bob)
    problem_of(bob_api.delete(f"users/{alice.pk}/"), 403)
    problem_of(alice_api.delete(f"users/{alice.pk}/"), 409, "last-administrator")
    assert alice_api.delete(f"users/{bob.pk}/").status_code == 204
    problem_of(bob_api.get("me/"), 401)
    gone = json_of(alice_api.get(f"users/{bob.pk}/"))
    assert (gone["is_active"], gone["personal_mailboxes"][0]["state"]) == (False, "paused")
    assert gone["personal_mailboxes"][0]["id"] == str(mailbox.pk)
