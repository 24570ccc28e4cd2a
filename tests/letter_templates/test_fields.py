"""The fields there are, and their values from cards, senders and mailboxes."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Company, Contact, ContactEmail, Lead, Pipeline, Stage
from letter_templates.fields import CARD_GROUPS, SENDER_GROUPS, Group, card_values, sender_values
from letter_templates.rendering import check
from tests.conftest import MakeMailbox


@pytest.mark.rule("K52")
def test_the_senders_fields(alice: Membership, make_mailbox: MakeMailbox) -> None:
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
        found = card_values(contact=contact, lead=lead)
    assert (found["contact.name"], found["contact.first_name"], found["contact.phone"]) == ("Ann Lee", "Ann", "")
    assert found["contact.email"] == "ann@client.example"
    assert (found["company.name"], found["company.email"]) == ("Client Ltd", "info@client.example")
    assert (found["lead.name"], found["lead.price"], found["lead.stage"]) == ("100 chairs", "1,200.50", "Offer sent")
    assert found["lead.pipeline"] == "Sales"


def test_without_cards_their_fields_are_known_and_empty() -> None:
    assert set(card_values().values()) == {""}
    names = frozenset().union(*(group.names() for group in CARD_GROUPS))
    assert names == card_values().keys()


def test_every_field_can_be_written_and_has_words() -> None:
    groups: list[Group[Any]] = [*SENDER_GROUPS, *CARD_GROUPS]
    names = [name for group in groups for name in sorted(group.names())]
    check(" ".join(f"{{{{ {name} }}}}" for name in names), names)
    assert len(names) == len(set(names))
    assert all(str(field.label) for group in groups for field in group.fields)
