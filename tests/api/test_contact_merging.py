"""`contacts/duplicates/`, `contacts/{id}/merge/`, `contacts/{id}/unmerge/`."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(alice_api: ApiClient) -> list[dict[str, Any]]:
    one = {"first_name": "Ana", "emails": ["ana@client.example"]}
    two = {"first_name": "Anna", "emails": ["ana@client.example", "anna@home.example"]}
    return [json_of(alice_api.post("contacts/", body), 201) for body in (one, two)]


def test_duplicates_are_found(alice_api: ApiClient, charlie_api: ApiClient, pair: list[dict[str, Any]]) -> None:
    (found,) = json_of(alice_api.get("contacts/duplicates/"))
    assert found == {"key": "ana@client.example", "count": 2, "contacts": [row["id"] for row in pair]}
    assert json_of(alice_api.get("contacts/duplicates/", by="name")) == []
    assert json_of(charlie_api.get("contacts/duplicates/")) == []


def test_two_become_one_and_two_again(alice_api: ApiClient, pair: list[dict[str, Any]]) -> None:
    one, two = (row["id"] for row in pair)
    body = {"contacts": [two], "fields": {"first_name": two}}
    merged = json_of(alice_api.post(f"contacts/{one}/merge/", body))
    assert (merged["name"], merged["emails"]) == ("Anna", ["ana@client.example", "anna@home.example"])
    assert problem_of(alice_api.get(f"contacts/{two}/"), 404, "merged")["merged_into"] == one
    back = json_of(alice_api.post(f"contacts/{one}/unmerge/"))
    assert [(row["id"], row["name"], row["emails"]) for row in back] == [
        (row["id"], row["name"], row["emails"]) for row in pair
    ]
    problem_of(alice_api.post(f"contacts/{one}/unmerge/"), 409, "wrong-state")


def test_different_people_are_no_duplicates(alice_api: ApiClient, pair: list[dict[str, Any]]) -> None:
    one, two = (row["id"] for row in pair)
    path = f"contacts/{one}/different/"
    assert alice_api.post(path, {"contacts": [two]}).status_code == 204
    assert json_of(alice_api.get("contacts/duplicates/")) == []
    assert alice_api.post(path, {"contacts": [two], "is_different": False}).status_code == 204
    assert len(json_of(alice_api.get("contacts/duplicates/"))) == 1
    problem_of(alice_api.post(path, {"contacts": []}), 400)


def test_what_cannot_be_merged_is_named(
    alice_api: ApiClient, charlie_api: ApiClient, pair: list[dict[str, Any]]
) -> None:
    one, two = (row["id"] for row in pair)
    foreign = json_of(charlie_api.post("contacts/", {"first_name": "Eve"}), 201)["id"]
    for contacts in ([], [one], [foreign]):
        found = problem_of(alice_api.post(f"contacts/{one}/merge/", {"contacts": contacts}), 400)
        assert found["errors"][0]["pointer"].startswith("#/contacts")
    body = {"contacts": [two], "fields": {"first_name": foreign}}
    problem_of(alice_api.post(f"contacts/{one}/merge/", body), 400)


def test_others_are_refused(pair: list[dict[str, Any]], charlie: Membership) -> None:
    for change in ("merge", "unmerge", "different"):
        assert_closed("POST", f"contacts/{pair[0]['id']}/{change}/", stranger=charlie, without=["contacts:read"])
