"""`contacts/`: people outside of the account, and the letters that a new address brings along."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from outbox.models import Suppression
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db

DANA = {
    "first_name": "Dana",
    "last_name": "Diaz",
    "emails": ["Dana@client.example", "dd@client.example"],
    "phones": ["+34 600 000 000"],
}


def test_a_contact_is_made_read_changed_and_deleted(alice_api: ApiClient, alice: Membership) -> None:
    answer = alice_api.post("contacts/", {**DANA, "responsible": str(alice.pk)})
    made = json_of(answer, 201)
    assert {name: made[name] for name in DANA} == DANA
    assert (made["name"], made["responsible"], made["company"]) == ("Dana Diaz", str(alice.pk), None)
    path = f"contacts/{made['id']}/"
    assert answer["Location"] == f"/api/v1/{path}"
    changed = json_of(alice_api.patch(path, {"emails": ["new@client.example"]}))
    assert (changed["emails"], changed["phones"]) == (["new@client.example"], DANA["phones"])
    assert json_of(alice_api.get(path))["emails"] == ["new@client.example"]
    assert alice_api.delete(path).status_code == 204
    problem_of(alice_api.get(path), 404)


@pytest.mark.rule("G02")
def test_it_says_how_many_stored_letters_were_linked(
    alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox, alices_own: Mailbox, make_letter: MakeLetter
) -> None:
    make_letter(sales)
    make_letter(alices_own)
    eve = json_of(bob_api.post("contacts/", {"first_name": "Eve"}), 201)
    assert eve["linked_messages"] == 0
    changed = json_of(bob_api.patch(f"contacts/{eve['id']}/", {"emails": ["eve@client.example"]}))
    assert changed["linked_messages"] == 1  # Bob does not see Alice's own mailbox
    assert json_of(alice_api.post("contacts/", DANA), 201)["linked_messages"] == 2
    assert "linked_messages" not in json_of(alice_api.get(f"contacts/{eve['id']}/"))


def test_a_wrong_address_is_named(alice_api: ApiClient) -> None:
    found = problem_of(alice_api.post("contacts/", {"emails": ["a@b.example", "nobody"]}), 400, "invalid-request")
    assert found["errors"][0]["pointer"] == "#/emails"
    assert "nobody" in found["errors"][0]["detail"]


def test_more_addresses_or_phones_than_fit_are_refused(alice_api: ApiClient) -> None:
    contact = json_of(alice_api.post("contacts/", DANA), 201)["id"]
    company = json_of(alice_api.post("companies/", {"name": "Harbor"}), 201)["id"]
    emails, phones = [f"x{number}@client.example" for number in range(51)], [f"+34 {number}" for number in range(51)]
    for path in (f"contacts/{contact}/", f"companies/{company}/"):
        for name, lines in (("emails", emails), ("phones", phones)):
            found = problem_of(alice_api.patch(path, {name: lines}), 400, "invalid-request")
            assert (found["errors"][0]["pointer"], found["errors"][0]["detail"]) == (f"#/{name}", "At most 50, please.")
            assert len(json_of(alice_api.patch(path, {name: lines[:50]}))[name]) == 50


def test_a_contact_without_any_name_is_refused(alice_api: ApiClient) -> None:
    assert problem_of(alice_api.post("contacts/", {}), 400)["errors"][0]["pointer"] == "#/first_name"


def test_contacts_are_found_by_address_and_company(alice_api: ApiClient) -> None:
    firm = json_of(alice_api.post("companies/", {"name": "Client"}), 201)
    dana = json_of(alice_api.post("contacts/", {**DANA, "company": firm["id"]}), 201)
    json_of(alice_api.post("contacts/", {"first_name": "Eve"}), 201)
    for query in ({"email": "DANA@client.example"}, {"company": firm["id"]}):
        assert [row["id"] for row in json_of(alice_api.get("contacts/", **query))["results"]] == [dana["id"]]
    assert json_of(alice_api.get("contacts/", company="nonsense"))["results"] == []


def test_charlies_company_and_people_cannot_be_named(
    alice_api: ApiClient, charlie_api: ApiClient, charlie: Membership
) -> None:
    foreign = json_of(charlie_api.post("companies/", {"name": "Globex"}), 201)["id"]
    for field, value in (("company", foreign), ("responsible", str(charlie.pk))):
        found = problem_of(alice_api.post("contacts/", {**DANA, field: value}), 400)
        assert [(error["pointer"], error["code"]) for error in found["errors"]] == [(f"#/{field}", "does_not_exist")]


def test_others_are_refused(alice_api: ApiClient, alice: Membership, charlie: Membership) -> None:
    path = f"contacts/{json_of(alice_api.post('contacts/', DANA), 201)['id']}/"
    assert_closed("GET", path, stranger=charlie, without=["mail:read"])
    assert_closed("PATCH", path, stranger=charlie, without=["contacts:read"])
    assert_closed("DELETE", path, stranger=charlie, without=["contacts:read"])
    assert json_of(ApiClient(charlie).get("contacts/"))["results"] == []
    problem_of(ApiClient(alice, ["contacts:read"]).post("contacts/", DANA), 403)
    json_of(ApiClient(alice, ["contacts:read"]).get(path))


def test_it_says_whether_letters_come_back_or_are_not_wanted(alice_api: ApiClient, in_account: Account) -> None:
    made = json_of(alice_api.post("contacts/", DANA), 201)
    assert (made["bounced"], made["unsubscribed"]) == (False, False)
    Suppression.objects.create(email_key="dd@client.example", reason="bounced")
    rows = [
        json_of(alice_api.get(f"contacts/{made['id']}/")),
        json_of(alice_api.get("contacts/"))["results"][0],
        json_of(alice_api.get("search/", q="Dana"))["contacts"][0],
    ]
    assert [(row["bounced"], row["unsubscribed"]) for row in rows] == [(True, False)] * 3


def test_a_name_sent_as_one_is_taken_apart(alice_api: ApiClient) -> None:
    made = json_of(alice_api.post("contacts/", {"name": " Ana María  Ruiz"}), 201)
    assert (made["name"], made["first_name"], made["last_name"]) == ("Ana María Ruiz", "Ana", "María Ruiz")
    path = f"contacts/{made['id']}/"
    assert json_of(alice_api.patch(path, {"name": "Ana Ruiz"}))["last_name"] == "Ruiz"
    parts = json_of(alice_api.patch(path, {"name": "Somebody", "first_name": "Eva", "last_name": "Sanz"}))
    assert parts["name"] == "Eva Sanz"
    unnamed = json_of(alice_api.post("contacts/", {"emails": ["ana@client.example"]}), 201)
    same = json_of(alice_api.patch(f"contacts/{unnamed['id']}/", {"name": unnamed["name"]}))
    assert (same["name"], same["first_name"]) == ("ana@client.example", "")
    problem_of(alice_api.post("contacts/", {"name": "x" * 150}), 400)
