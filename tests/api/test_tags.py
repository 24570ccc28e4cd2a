"""`tags/`, and tags of cards."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db
CARDS = {
    "contacts/": {"first_name": "Ana"},
    "companies/": {"name": "Acorn"},
    "leads/": {"name": "Offer"},
    "customers/": {"name": "Ana"},
}


@pytest.mark.parametrize("path", CARDS)
def test_cards_carry_them(alice_api: ApiClient, path: str) -> None:
    made = json_of(alice_api.post(path, {**CARDS[path], "tags": ["VIP", "spring"]}), 201)
    assert made["tags"] == ["spring", "VIP"]
    own = f"{path}{made['id']}/"
    assert json_of(alice_api.patch(own, {"tags": ["vip"]}))["tags"] == ["VIP"]
    name = "first_name" if path == "contacts/" else "name"
    assert json_of(alice_api.patch(own, {name: "Other"}))["tags"] == ["VIP"]
    assert json_of(alice_api.get(own))["tags"] == ["VIP"]
    assert [row["tags"] for row in json_of(alice_api.get(f"{path}?tag=vip"))["results"]] == [["VIP"]]
    problem_of(alice_api.patch(own, {"tags": [""]}), 400, "invalid-request")


def test_they_are_renamed_merged_and_deleted(alice_api: ApiClient, bob_api: ApiClient, charlie: Membership) -> None:
    own = f"contacts/{json_of(alice_api.post('contacts/', {'first_name': 'Ana', 'tags': ['old', 'vip']}), 201)['id']}/"
    old, vip = (row["id"] for row in json_of(bob_api.get("tags/"))["results"])
    refused = problem_of(alice_api.patch(f"tags/{old}/", {"name": "VIP"}), 409, "name-taken")
    assert refused["other"] == vip
    assert json_of(alice_api.patch(f"tags/{old}/", {"name": "VIP", "merge": True}))["id"] == vip
    assert json_of(alice_api.get(own))["tags"] == ["vip"]
    assert json_of(alice_api.patch(f"tags/{vip}/", {"name": "Best"}))["name"] == "Best"
    assert bob_api.patch(f"tags/{vip}/", {"name": "Worst"}).status_code == 403
    assert_closed("PATCH", f"tags/{vip}/", stranger=charlie, without=["contacts:write"])
    assert alice_api.delete(f"tags/{vip}/").status_code == 204
    assert json_of(alice_api.get(own))["tags"] == []
