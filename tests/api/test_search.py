"""`search/?q=`: everything at once, as far as the asker may see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter
from threads import search
from threads.services import delete_messages

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


def test_cards_of_every_kind_are_found(alice: Membership, alice_api: ApiClient) -> None:
    dana = json_of(alice_api.post("contacts/", {"first_name": "Dana", "tags": ["vip"]}), 201)
    company = json_of(alice_api.post("companies/", {"name": "Dana & Sons"}), 201)
    lead = json_of(alice_api.post("leads/", {"name": "Chairs", "contacts": [dana["id"]]}), 201)
    customer = json_of(alice_api.post("customers/", {"name": "Tables", "contacts": [dana["id"]]}), 201)
    found = json_of(alice_api.get("search/", q="dana"))
    assert [found[kind][0]["id"] for kind in ("contacts", "companies", "leads", "customers")] == [
        one["id"] for one in (dana, company, lead, customer)
    ]
    hidden = json_of(ApiClient(alice, ["mail:read"]).get("search/", q="dana"))
    assert not any(hidden[kind] for kind in ("contacts", "companies", "leads", "customers"))


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
    found = json_of(ApiClient(charlie).get("search/", q="chairs"))
    assert not any(found[kind] for kind in ("messages", "threads", "contacts", "people", "snippets"))
    problem_of(anyone.get("search/", q="chairs"), 401)
    problem_of(ApiClient(charlie, ["contacts:read"]).get("search/", q="chairs"), 403)


def test_contacts_need_their_own_scope(alice: Membership, alice_api: ApiClient) -> None:
    json_of(alice_api.post("contacts/", {"first_name": "Chairsmith"}), 201)
    assert json_of(ApiClient(alice, ["mail:read"]).get("search/", q="chairs"))["contacts"] == []


@pytest.mark.rule("G05")
def test_words_are_marked_in_plain_pieces(alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    letter = make_letter(sales, "Chairs <b>", text="two chairs & a table")
    (snippet,) = json_of(alice_api.get("search/", q="chair"))["snippets"]
    assert snippet["message"] == str(letter.pk)
    assert snippet["subject"] == [{"text": "Chairs", "is_hit": True}, {"text": " <b>", "is_hit": False}]
    assert [piece["text"] for piece in snippet["text"]] == ["two ", "chairs", " & a table"]


def test_people_of_letters_and_contacts_are_found(
    alice: Membership, alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    make_letter(sales)
    eve = {"email": "Eve@client.example", "name": "", "contact": None}
    assert json_of(alice_api.get("search/", q="eve"))["people"] == [eve]
    card = json_of(alice_api.post("contacts/", {"first_name": "Eve", "emails": ["eve@client.example"]}), 201)
    (person,) = json_of(alice_api.get("search/", q="eve"))["people"]
    assert (person["name"], person["contact"]) == ("Eve", card["id"])
    assert json_of(ApiClient(alice, ["mail:read"]).get("search/", q="eve"))["people"] == [eve]


def test_a_wrong_date_is_a_problem_of_the_question(alice_api: ApiClient) -> None:
    for path in ("search/", "threads/", "messages/"):
        problem = problem_of(alice_api.get(path, q="before:soon"), 400)
        assert "before:soon" in str(problem["errors"])


@pytest.mark.rule("G05", "K63")
def test_in_deleted_finds_what_is_deleted_and_for_administrators_alone(
    alice_api: ApiClient, bob_api: ApiClient, alice: Membership, sales: Mailbox, make_letter: MakeLetter
) -> None:
    make_letter(sales, "Kept invoice")
    deleted = make_letter(sales, "Deleted invoice")
    with tenant(alice.account_id):
        delete_messages(alice, [deleted.pk])
    for path in ("messages/", "threads/"):
        for query in ({"q": "in:deleted invoice"}, {"q": "invoice", "folder": "deleted"}):
            found = json_of(alice_api.get(path, **query))["results"]
            assert [row["subject"] for row in found] == ["Deleted invoice"]
            assert json_of(bob_api.get(path, **query))["results"] == []
        assert [row["subject"] for row in json_of(alice_api.get(path, q="invoice"))["results"]] == ["Kept invoice"]
    found = json_of(alice_api.get("search/", q="in:deleted invoice"))
    assert [[row["subject"] for row in found[kind]] for kind in ("messages", "threads")] == [["Deleted invoice"]] * 2
    assert [snippet["message"] for snippet in found["snippets"]] == [str(deleted.pk)]
    hidden = json_of(bob_api.get("search/", q="in:deleted invoice"))
    assert not any(hidden[kind] for kind in ("messages", "threads", "snippets"))


def test_newer_letters_elsewhere_do_not_hide_what_is_asked_for(
    alice_api: ApiClient,
    sales: Mailbox,
    alices_own: Mailbox,
    make_letter: MakeLetter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "SEARCH_LIMIT", 1)
    old = make_letter(sales, "Old chairs")
    make_letter(alices_own, "New chairs")
    later = f"{old.received_at + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    for path in ("messages/", "threads/"):
        for narrowed in ({"mailbox": str(sales.pk)}, {"before": later}):
            found = json_of(alice_api.get(path, q="chairs", **narrowed))["results"]
            assert [row["subject"] for row in found] == ["Old chairs"], (path, narrowed)
    found = json_of(alice_api.get("messages/", q="chairs", thread=str(old.thread_id)))["results"]
    assert [row["subject"] for row in found] == ["Old chairs"]
    assert json_of(alice_api.get("search/", q="chairs"))["is_limited"] is True
    assert json_of(alice_api.get("search/", q="tables"))["is_limited"] is False
