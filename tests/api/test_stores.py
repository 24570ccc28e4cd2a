"""`stores/`: the brands of an account."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R09")]


def make(api: ApiClient, name: str = "Toys") -> str:
    return str(json_of(api.post("stores/", {"name": name}), 201)["id"])


def test_a_store_is_made_read_renamed_and_deleted(alice_api: ApiClient, sales: Mailbox) -> None:
    path = f"stores/{make(alice_api)}/"
    assert json_of(alice_api.get(path))["name"] == "Toys"
    assert json_of(alice_api.patch(path, {"name": "Acme Toys"}))["name"] == "Acme Toys"
    make(alice_api, "Acme Books")
    assert [row["name"] for row in json_of(alice_api.get("stores/"))["results"]] == ["Acme Books", "Acme Toys"]
    store = json_of(alice_api.get(path))["id"]
    assert json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"store": store}))["store"] == store
    assert alice_api.delete(path).status_code == 204
    assert json_of(alice_api.get(f"mailboxes/{sales.pk}/"))["store"] is None


def test_a_name_is_given_once(alice_api: ApiClient) -> None:
    make(alice_api)
    found = problem_of(alice_api.post("stores/", {"name": "toys"}), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/name"]


@pytest.mark.rule("G10", "G11")
def test_members_read_them_and_others_are_refused(
    alice_api: ApiClient, bob_api: ApiClient, charlie: Membership
) -> None:
    path = f"stores/{make(alice_api)}/"
    assert json_of(bob_api.get(path))["name"] == "Toys"
    assert bob_api.post("stores/", {"name": "Books"}).status_code == 403
    assert bob_api.patch(path, {"name": "Books"}).status_code == 403
    assert_closed("PATCH", path, stranger=charlie, without=["contacts:write"])
    assert_closed("DELETE", path, stranger=charlie, without=["contacts:write"])
    assert json_of(ApiClient(charlie).get("stores/"))["results"] == []
