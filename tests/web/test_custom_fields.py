"""Settings, Fields; and the fields on the forms and pages of cards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.custom_fields import FieldValues, create_field
from crm.models import Company, Contact, Customer, CustomField, Lead

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_client(signed_in: SignIn, alice: Membership) -> Client:
    return signed_in(alice)


@pytest.fixture
def bob_client(signed_in: SignIn, bob: Membership) -> Client:
    return signed_in(bob)


FIELD = {"name": "Budget", "entity": "contact", "type": "numeric", "options": "", "code": "", "number": ""}


@pytest.fixture
def budget(alice: Membership) -> CustomField:
    with tenant(alice.account_id):
        return create_field(alice, FieldValues("contact", "Budget", "numeric", number=12))


def test_an_administrator_adds_changes_and_deletes_a_field(alice_client: Client, alice: Membership) -> None:
    assert alice_client.post("/settings/fields/", FIELD).status_code == 302
    page = alice_client.get("/settings/fields/").content.decode()
    assert all(words in page for words in ("Budget", "{{contact.budget}}", "contact[1]"))
    with tenant(alice.account_id):
        path = f"/settings/fields/{CustomField.objects.get().pk}/"
    assert alice_client.post(path, {"name": "Money"}).status_code == 302
    assert "Money" in alice_client.get("/settings/fields/").content.decode()
    alice_client.post(f"{path}delete/")
    assert "No fields of your own yet" in alice_client.get("/settings/fields/").content.decode()


def test_what_is_wrong_is_said_and_what_was_typed_stays(alice_client: Client) -> None:
    answer = alice_client.post("/settings/fields/", {**FIELD, "type": "list"})
    assert answer.status_code == 422
    assert "Enter what can be chosen" in answer.content.decode()
    assert 'value="Budget"' in answer.content.decode()


@pytest.mark.rule("G11")
def test_only_administrators_come_here(bob_client: Client) -> None:
    assert bob_client.get("/settings/fields/").status_code == 403


def test_a_card_is_filled_in_and_shows_it(bob_client: Client, bob: Membership, budget: CustomField) -> None:
    wrong = bob_client.post("/contacts/new/", {"first_name": "Ann", "custom_12": "much"})
    assert wrong.status_code == 422
    assert "Budget: enter a number." in wrong.content.decode()
    assert bob_client.post("/contacts/new/", {"first_name": "Ann", "custom_12": "1500"}).status_code == 302
    with tenant(bob.account_id):
        contact = Contact.objects.get()
    assert contact.custom_values == {"12": 1500}
    page = bob_client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Budget" in page
    assert "1,500" in page
    assert 'value="1500"' in bob_client.get(f"/contacts/{contact.pk}/edit/").content.decode()


def test_every_kind_of_card_and_of_field(bob_client: Client, alice: Membership) -> None:
    with tenant(alice.account_id):
        for number, (entity, kind) in enumerate(
            [("company", "date"), ("lead", "multilist"), ("customer", "switch"), ("customer", "list")], start=1
        ):
            create_field(alice, FieldValues(entity, f"Own {number}", kind, number=number, options=["Red", "Blue"]))
        company = Company.objects.create(name="Acme")
    bob_client.post(f"/companies/{company.pk}/edit/", {"name": "Acme", "custom_1": "2026-11-22"})
    assert "Nov. 22, 2026" in bob_client.get(f"/companies/{company.pk}/").content.decode()
    bob_client.get("/leads/")
    with tenant(alice.account_id):
        from_stage = bob_client.get("/leads/new/").context["form"].initial["stage"]
    bob_client.post("/leads/new/", {"name": "Deal", "stage": from_stage, "custom_2": ["Blue", "Red"]})
    bob_client.post("/customers/new/", {"name": "Big", "custom_3": "on", "custom_4": "Blue"})
    with tenant(alice.account_id):
        assert Lead.objects.get().custom_values == {"2": ["Red", "Blue"]}
        assert Customer.objects.get().custom_values == {"3": True, "4": "Blue"}
