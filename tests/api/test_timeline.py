"""`{contacts,companies,leads,customers}/{id}/timeline/`, and what contacts say of their addresses and stores."""

from __future__ import annotations

import pytest

from accounts.models import ApiToken, Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Store
from crm.notes import create_note
from tests.api.client import ApiClient, json_of, problem_of
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post

ANNA = "anna@client.example"


@pytest.fixture
def cards(alice: Membership, make_mailbox: MakeMailbox) -> dict[str, int]:
    """Anna, with a letter and a note, and what she belongs to: their ids by resource."""
    with tenant(alice.account_id):
        company = write_company(CompanyValues("Client Ltd"))
        anna = create_contact(ContactValues("Anna", emails=[ANNA], company=company), member=alice)
        lead, customer = (
            create_lead(LeadValues("Deal", contacts=[anna])),
            create_customer(CustomerValues(contacts=[anna])),
        )
        Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer"))
        create_note(anna, "Likes tea", author=alice)
        return {"contacts": anna.pk, "companies": company.pk, "leads": lead.pk, "customers": customer.pk}


@pytest.mark.rule("R08")
def test_every_kind_of_card_has_one(alice_api: ApiClient, cards: dict[str, int]) -> None:
    for resource, row_id in cards.items():
        entries = json_of(alice_api.get(f"{resource}/{row_id}/timeline/"))["results"]
        assert [entry["letter"]["subject"] for entry in entries if entry["kind"] == "letter"] == ["Offer"], resource
    entries = json_of(alice_api.get(f"contacts/{cards['contacts']}/timeline/"))["results"]
    assert {entry["kind"] for entry in entries} == {"letter", "note", "event"}
    assert all(set(entry) == {"kind", "at", entry["kind"]} for entry in entries)


def test_it_is_read_page_by_page_and_by_kind(alice_api: ApiClient, cards: dict[str, int]) -> None:
    path, found = f"contacts/{cards['contacts']}/timeline/?limit=1", []
    while path:
        page = json_of(alice_api.get(path))
        found += [entry["kind"] for entry in page["results"]]
        path = page["next"]
    assert sorted(found) == ["event", "event", "letter", "note"]  # both cards were created
    notes = json_of(alice_api.get(f"contacts/{cards['contacts']}/timeline/", kind="note"))["results"]
    assert [entry["note"]["text"] for entry in notes] == ["Likes tea"]
    problem_of(alice_api.get(f"contacts/{cards['contacts']}/timeline/", kind="x"), 400)
    problem_of(alice_api.get(f"contacts/{cards['contacts']}/timeline/", cursor="x"), 400)


def test_letters_need_the_scope_of_mail(alice: Membership, cards: dict[str, int]) -> None:
    api = ApiClient(alice, [ApiToken.Scope.CONTACTS_READ])
    entries = json_of(api.get(f"contacts/{cards['contacts']}/timeline/"))["results"]
    assert "letter" not in {entry["kind"] for entry in entries}


def test_another_account_is_refused(charlie: Membership, cards: dict[str, int]) -> None:
    for resource, row_id in cards.items():
        problem_of(ApiClient(charlie).get(f"{resource}/{row_id}/timeline/"), 404)


def test_a_contact_has_a_store_and_says_that_it_wants_no_mail(alice: Membership, alice_api: ApiClient) -> None:
    with tenant(alice.account_id):
        store = Store.objects.create(name="Shop")
    asked = {"emails": [ANNA], "store": str(store.pk), "unsubscribed": True}
    made = json_of(alice_api.post("contacts/", asked), 201)
    assert {name: made[name] for name in asked} == asked
    path = f"contacts/{made['id']}/"
    assert json_of(alice_api.patch(path, {"first_name": "Anna"}))["unsubscribed"] is True
    assert [row["unsubscribed"] for row in json_of(alice_api.get("contacts/"))["results"]] == [True]
    changed = json_of(alice_api.patch(path, {"unsubscribed": False, "store": None}))
    assert (changed["unsubscribed"], changed["store"], changed["emails"]) == (False, None, [ANNA])
