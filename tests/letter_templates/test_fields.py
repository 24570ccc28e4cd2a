"""The fields there are, and their values from cards, senders and mailboxes."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.models import (
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerContact,
    CustomField,
    Lead,
    LeadContact,
    Pipeline,
    Stage,
)
from letter_templates.fields import (
    CARD_GROUPS,
    SENDER_GROUPS,
    Cards,
    Group,
    card_values,
    cards_of,
    letter_values,
    names,
    picker_groups,
    sender_values,
)
from letter_templates.rendering import check
from tests.conftest import MakeMailbox


@pytest.mark.rule("K52")
def test_the_senders_fields(alice: Membership, in_account: Account, make_mailbox: MakeMailbox) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    mailbox.display_name = "Acme Sales"
    assert sender_values(alice, mailbox) == {
        "user.name": "Alice Archer",
        "user.email": "alice@acme.example",
        "account.name": "Acme",
        "mailbox.name": "Acme Sales",
        "mailbox.address": "sales@acme.example",
    }
    assert sender_values(alice, None)["mailbox.address"] == ""


@pytest.mark.rule("K52")
def test_the_fields_of_cards(alice: Membership) -> None:
    with tenant(alice.account_id):
        company = Company.objects.create(name="Client Ltd", emails=["info@client.example"], phones=["+1 2"])
        contact = Contact.objects.create(first_name="Ann", last_name="Lee", name="Ann Lee", company=company)
        for position, email in enumerate(["ann@client.example", "lee@client.example"]):
            ContactEmail.objects.create(contact=contact, email=email, email_key=email, position=position)
        stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="Offer sent")
        lead = Lead.objects.create(name="100 chairs", price="1200.50", stage=stage)
        found = card_values(cards_of(contact=contact, lead=lead))
    assert (found["contact.name"], found["contact.first_name"], found["contact.phone"]) == ("Ann Lee", "Ann", "")
    assert found["contact.email"] == "ann@client.example"
    assert (found["company.name"], found["company.email"]) == ("Client Ltd", "info@client.example")
    assert (found["lead.name"], found["lead.price"], found["lead.stage"]) == ("100 chairs", "1,200.50", "Offer sent")
    assert found["lead.pipeline"] == "Sales"


@pytest.mark.usefixtures("in_account")
def test_without_cards_their_fields_are_known_and_empty() -> None:
    assert set(card_values(Cards()).values()) == {""}
    assert card_values(Cards()).keys() == frozenset().union(*(group.names() for group in CARD_GROUPS))


@pytest.mark.rule("K52")
def test_an_accounts_own_fields_go_by_card_and_by_their_code_alone(in_account: Account, alice: Membership) -> None:
    make = CustomField.objects.create
    make(number=1, entity="lead", code="doc_link", name="Link", type="text")
    make(number=2, entity="contact", code="doc_link", name="Link", type="text")
    make(number=3, entity="customer", code="tags", name="Tags", type="multilist", options=["a", "b"])
    contact = Contact.objects.create(name="Ann", custom_values={"2": "https://contact.example"})
    customer = Customer.objects.create(name="Ann", custom_values={"3": ["a", "b"]})
    CustomerContact.objects.create(customer=customer, contact=contact)
    found = letter_values(alice, None, cards_of(contact=contact))
    assert found.keys() == names()
    assert (found["lead.doc_link"], found["doc_link"]) == ("", "https://contact.example")
    assert (found["customer.name"], found["customer.tags"], found["tags"]) == ("Ann", "a, b", "a, b")
    offered = {field.name for group in picker_groups() for field in group.fields}
    assert offered == names() - {"doc_link", "tags"}


def test_a_leads_first_contact_is_the_contact_of_the_letter(in_account: Account) -> None:
    stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="New")
    lead = Lead.objects.create(name="Chairs", stage=stage, company=Company.objects.create(name="Client Ltd"))
    LeadContact.objects.create(lead=lead, contact=Contact.objects.create(name="Ann"))
    found = card_values(cards_of(lead=lead))
    assert (found["contact.name"], found["company.name"], found["customer.name"]) == ("Ann", "Client Ltd", "")


def test_every_field_can_be_written_and_has_words() -> None:
    groups: list[Group[Any]] = [*SENDER_GROUPS, *CARD_GROUPS]
    known = [name for group in groups for name in sorted(group.names())]
    check(" ".join(f"{{{{ {name} }}}}" for name in known), known)
    assert len(known) == len(set(known))
    assert all(str(field.label) for group in groups for field in group.fields)
