"""Fields of a card are changed where they stand, each alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Card, CardEvent, Contact, Store
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post

SignIn = Callable[[Membership], Client]


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], ["+34 955"]))


def url_of(card: Card, name: str) -> str:
    return reverse("card_field", args=[type(card).__name__.lower(), card.pk, name])


def test_one_field_is_saved_and_the_others_stay(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    client, url = signed_in(bob), url_of(ana, "phones")
    assert 'value="+34 955"' in client.get(url).content.decode()
    shown = client.post(url, {"phones": ["+34 1", "", "+34 2"]})
    assert "tel:+34 1" in shown.content.decode()
    ana.refresh_from_db()
    assert (ana.phones, ana.name, ana.emails.get().email) == (["+34 1", "+34 2"], "Ana Morales", "ana@client.example")


def test_what_is_refused_stays_as_typed(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    answer = signed_in(bob).post(url_of(ana, "emails"), {"emails": ["ana@client.example", "no address"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="no address"' in page
    assert "is not an email address" in page
    assert ana.emails.count() == 1


def test_canceled_it_shows_what_it_was(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    page = signed_in(bob).get(url_of(ana, "phones"), {"shown": ""}).content.decode()
    assert "tel:+34 955" in page
    assert "<form" not in page


@pytest.mark.rule("G02")
def test_a_new_address_says_how_many_letters_came(
    signed_in: SignIn, alice: Membership, bob: Membership, ana: Contact, make_mailbox: MakeMailbox
) -> None:
    for mailbox in (make_mailbox(SALES, account_of=alice), make_mailbox("alice@acme.example", owner=alice)):
        Post(mailbox).file(Mail(sender="ana@home.example"))  # the second is not for Bob's eyes
    answer = signed_in(bob).post(url_of(ana, "emails"), {"emails": ["ana@client.example", "ana@home.example"]})
    assert "1 letter that was here already" in answer.headers["HX-Trigger"]


def test_every_field_of_every_card_opens_and_is_saved(
    signed_in: SignIn, alice: Membership, bob: Membership, ana: Contact
) -> None:
    store, company = Store.objects.create(name="Shop"), write_company(CompanyValues("Harbor"))
    lead, customer = create_lead(LeadValues("Deal", contacts=[ana])), create_customer(CustomerValues("Shop"))
    typed: list[tuple[Card, str, dict[str, object]]] = [
        (ana, "name", {"first_name": "Anna", "last_name": "M"}),
        (ana, "company", {"company": "Brand new"}),
        (ana, "responsible", {"responsible": alice.pk}),
        (ana, "store", {"store": store.pk}),
        (company, "name", {"name": "Harbor Ltd"}),
        (company, "emails", {"emails": ["office@harbor.example"]}),
        (lead, "price", {"price": "12.50"}),
        (lead, "contacts", {"contacts": [ana.pk]}),
        (customer, "next_purchase_at", {"next_purchase_at": "2026-12-24"}),
        (customer, "contacts", {"contacts": [ana.pk]}),
    ]
    client = signed_in(bob)
    for card, name, values in typed:
        assert client.get(url_of(card, name)).status_code == 200, name
        assert client.post(url_of(card, name), values).status_code == 200, name
    for card in (ana, company, lead, customer):
        card.refresh_from_db()
    assert (ana.name, ana.company and ana.company.name, ana.responsible, ana.store) == (
        "Anna M", "Brand new", alice, store,
    )  # fmt: skip
    assert (company.emails, lead.price, str(customer.next_purchase_at)) == (
        ["office@harbor.example"], 12.5, "2026-12-24",
    )  # fmt: skip
    told = CardEvent.objects.get(contact=ana, kind="responsible")
    assert (told.actor, told.facts) == (bob, {"name": "Alice Archer"})


@pytest.mark.parametrize(
    ("type_", "typed", "stored"),
    [
        ("text", "Likes tea", "Likes tea"),
        ("numeric", "12,5", 12.5),
        ("list", "Red", "Red"),
        ("multilist", ["Red", "Blue"], ["Red", "Blue"]),
        ("switch", "on", True),
        ("flag", "on", True),
        ("date", "2026-12-24", "2026-12-24"),
    ],
)
def test_fields_of_the_accounts_own_of_every_type(
    signed_in: SignIn, alice: Membership, ana: Contact, type_: str, typed: object, stored: object
) -> None:
    options = ["Red", "Blue"] if "list" in type_ else []
    field = create_field(alice, FieldValues("contact", "Own", type_, options=options))
    client, url = signed_in(alice), url_of(ana, f"custom_{field.number}")
    assert client.post(url, {f"custom_{field.number}": typed}).status_code == 200
    ana.refresh_from_db()
    assert ana.custom_values == {str(field.number): stored}
    client.post(url, {})
    ana.refresh_from_db()
    assert ana.custom_values == {}


def test_what_is_no_field_and_another_accounts_card_are_not_there(
    signed_in: SignIn, bob: Membership, charlie: Membership, ana: Contact
) -> None:
    assert signed_in(bob).get(url_of(ana, "account")).status_code == 404
    assert signed_in(bob).get(f"/cards/mailbox/{ana.pk}/fields/name/").status_code == 404
    assert signed_in(charlie).post(url_of(ana, "phones"), {"phones": ["1"]}).status_code == 404
