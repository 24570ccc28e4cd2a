"""The command palette finds cards by their names and addresses: a few of each kind, in few queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact

SignIn = Callable[[Membership], Client]


def found(client: Client, typed: str) -> str:
    return client.get("/palette/found/", {"q": typed}).content.decode()


@pytest.fixture
def ana(in_account: Account) -> Contact:
    """With a company called alike, and a lead and a customer that only she leads to."""
    ana = create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    write_company(CompanyValues("Morales Ltd"))
    create_lead(LeadValues("Forty chairs", contacts=[ana]))
    create_customer(CustomerValues("Chair lovers", contacts=[ana]))
    return ana


def test_each_kind_of_card_is_found(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    client = signed_in(bob)
    of_her = found(client, "morales")
    for word in ("Ana Morales", "ana@client.example", "Morales Ltd", "Forty chairs", "Chair lovers"):
        assert word in of_her
    assert f'href="/contacts/{ana.pk}/"' in of_her
    assert "Forty chairs" in found(client, "ana@cl")
    assert "Forty chairs" not in found(client, "ltd")


def test_letters_are_searched_from_here(signed_in: SignIn, bob: Membership) -> None:
    assert 'href="/mail/inbox/?q=blue+chairs"' in found(signed_in(bob), "blue chairs")
    assert found(signed_in(bob), " \0").strip() == ""


def test_a_few_of_a_kind_in_as_many_queries_as_for_one(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    client = signed_in(bob)
    found(client, "morales")  # the first request of a session asks more
    with CaptureQueriesContext(connection) as few:
        found(client, "morales")
    for number in range(8):
        other = create_contact(ContactValues(f"Ben {number}", "Morales", [f"ben{number}@client.example"]))
        create_lead(LeadValues(f"Table {number}", contacts=[ana, other]))
    with CaptureQueriesContext(connection) as many:
        answer = found(client, "morales")
    assert len(many) == len(few)
    assert (answer.count('href="/contacts/'), answer.count('href="/leads/')) == (4, 4)


def test_others_find_nothing(signed_in: SignIn, charlie: Membership, ana: Contact) -> None:
    assert Client().get("/palette/found/", {"q": "ana"}).status_code == 302
    assert "Morales" not in found(signed_in(charlie), "ana")
    assert "/contacts/" not in found(signed_in(charlie), "ana")
