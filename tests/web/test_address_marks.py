"""Who takes no mail is marked wherever the address stands, by one question a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from outbox.models import Suppression
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Thread

SignIn = Callable[[Membership], Client]
COMES_BACK, UNWANTED = "Letters come back", "Wants no mail"


@pytest.fixture
def anna(in_account: Account) -> Contact:
    """Of a company; letters to either come back, and Boris wants none."""
    harbor = write_company(CompanyValues("Harbor", ["office@harbor.example"]))
    for key in ("anna@client.example", "office@harbor.example"):
        Suppression.objects.create(email_key=key, reason="bounced")
    Suppression.objects.create(email_key="boris@client.example", reason="unsubscribed")
    create_contact(ContactValues("Boris", emails=["Boris@client.example"], company=harbor))
    return create_contact(ContactValues("Anna", emails=["anna@client.example"], company=harbor))


def marks(client: Client, url: str) -> tuple[int, int]:
    page = client.get(url).content.decode()
    return page.count(COMES_BACK), page.count(UNWANTED)


def test_on_cards_and_in_lists(signed_in: SignIn, bob: Membership, anna: Contact) -> None:
    client, people = signed_in(bob), list(Contact.objects.all())
    lead, customer = create_lead(LeadValues("Deal", contacts=people)), create_customer(CustomerValues("X", people))
    for card in (lead, customer):
        name = type(card).__name__.lower()
        assert marks(client, reverse(name, args=[card.pk])) == (1, 1), name
        assert marks(client, f"{reverse('card_field', args=[name, card.pk, 'contacts'])}?shown") == (1, 1), name
    assert marks(client, reverse("company", args=[anna.company_id])) == (2, 1)
    assert marks(client, reverse("contacts")) == (1, 1)
    assert marks(client, reverse("companies")) == (1, 0)


def test_beside_a_thread_for_whoever_has_a_card_and_who_has_none(
    signed_in: SignIn, alice: Membership, anna: Contact, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("One", "anna@client.example"), Mail("Two", "zoe@x.example"))
    Suppression.objects.create(email_key="zoe@x.example", reason="unsubscribed")
    client = signed_in(alice)
    found = {
        thread.subject: marks(client, reverse("mail_thread", args=["inbox", thread.pk]))
        for thread in Thread.objects.all()
    }
    assert found == {"One": (1, 0), "Two": (0, 1)}


@pytest.mark.parametrize("name", ["contacts", "companies"])
def test_more_rows_ask_no_more(signed_in: SignIn, bob: Membership, anna: Contact, name: str) -> None:
    client = signed_in(bob)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for number in range(5):
        write_company(CompanyValues(f"Firm {number}", [f"{number}@firm.example"]))
        create_contact(ContactValues(f"P {number}", emails=[f"{number}@people.example"]))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(name))
    assert len(many) == len(few)
