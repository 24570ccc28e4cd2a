"""The pages of customers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.models import Customer

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def bob_client(signed_in: SignIn, bob: Membership) -> Client:
    return signed_in(bob)


@pytest.fixture
def charlie_client(signed_in: SignIn, charlie: Membership) -> Client:
    return signed_in(charlie)


def test_a_customer_is_made_changed_and_deleted(bob_client: Client, bob: Membership) -> None:
    with tenant(bob.account_id):
        ann = create_contact(ContactValues("Ann", emails=["ann@client.example"]))
    made = bob_client.post("/customers/new/", {"contacts": [ann.pk], "next_purchase_at": "2026-12-24"})
    with tenant(bob.account_id):
        customer = Customer.objects.get()
    assert made.headers["Location"] == f"/customers/{customer.pk}/"
    page = bob_client.get(f"/customers/{customer.pk}/").content.decode()
    assert all(words in page for words in ("Ann", "ann@client.example", "Dec. 24, 2026"))
    bob_client.post(f"/customers/{customer.pk}/edit/", {"name": "Ann & Co", "contacts": [ann.pk]})
    assert "Ann &amp; Co" in bob_client.get("/customers/").content.decode()
    bob_client.post(f"/customers/{customer.pk}/delete/")
    assert "No customers yet" in bob_client.get("/customers/").content.decode()


def test_they_are_found_by_their_name_and_that_of_a_contact(bob_client: Client, bob: Membership) -> None:
    with tenant(bob.account_id):
        ann = create_contact(ContactValues("Ann"))
        create_customer(CustomerValues("Big Shop", contacts=[ann]))
        create_customer(CustomerValues("Corner Shop"))
    for typed, there, gone in (("big", "Big Shop", "Corner Shop"), ("ann", "Big Shop", "Corner Shop")):
        page = bob_client.get("/customers/", {"q": typed}).content.decode()
        assert (there in page, gone in page) == (True, False)
    assert "Nothing found" in bob_client.get("/customers/", {"q": "zzz"}).content.decode()


@pytest.mark.rule("G10")
def test_another_accounts_customer_is_not_there(charlie_client: Client, bob: Membership) -> None:
    with tenant(bob.account_id):
        customer = create_customer(CustomerValues("Big Shop"))
    assert charlie_client.get(f"/customers/{customer.pk}/").status_code == 404
    assert "Big Shop" not in charlie_client.get("/customers/").content.decode()
