"""`search/?q=`: everything at once, as far as the asker may see it."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db


@pytest.mark.rule("G05")
def test_letters_conversations_and_contacts_are_found(
    alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox, alices_own: Mailbox, make_letter: MakeLetter
) -> None:
    make_letter(sales, "Chairs", text="a hundred chairs")
    make_letter(alices_own, "Salary", text="no chairs at all")
    dana = json_of(alice_api.post("contacts/", {"first_name": "Chairsmith"}), 201)
    found = json_of(alice_api.get("search/", q="chairs"))
    assert [row["subject"] for row in found["messages"]] == ["Salary", "Chairs"]
    assert [row["subject"] for row in found["threads"]] == ["Salary", "Chairs"]
    assert [row["id"] for row in found["contacts"]] == [dana["id"]]
    bobs = json_of(bob_api.get("search/", q="chairs"))
    assert [row["subject"] for row in bobs["messages"]] == ["Chairs"]
    assert [row["subject"] for row in bobs["threads"]] == ["Chairs"]


def test_a_question_is_needed(alice_api: ApiClient) -> None:
    for query in ({}, {"q": ""}, {"q": "x" * 501}):
        problem_of(alice_api.get("search/", **query), 400)


@pytest.mark.parametrize("words", ['"', "a & | !", "-", "%", "\\", "'; DROP TABLE", "(((", "a:*"])
def test_odd_words_find_nothing_and_break_nothing(words: str, alice_api: ApiClient) -> None:
    assert json_of(alice_api.get("search/", q=words))["messages"] == []


def test_others_find_nothing(
    sales: Mailbox, make_letter: MakeLetter, alice_api: ApiClient, charlie: Membership, anyone: ApiClient
) -> None:
    make_letter(sales, "Chairs")
    json_of(alice_api.post("contacts/", {"first_name": "Chairsmith"}), 201)
    nothing: dict[str, list[str]] = {"messages": [], "threads": [], "contacts": []}
    assert json_of(ApiClient(charlie).get("search/", q="chairs")) == nothing
    problem_of(anyone.get("search/", q="chairs"), 401)
    problem_of(ApiClient(charlie, ["contacts:read"]).get("search/", q="chairs"), 403)


def test_contacts_need_their_own_scope(alice: Membership, alice_api: ApiClient) -> None:
    json_of(alice_api.post("contacts/", {"first_name": "Chairsmith"}), 201)
    assert json_of(ApiClient(alice, ["mail:read"]).get("search/", q="chairs"))["contacts"] == []
