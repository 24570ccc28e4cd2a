"""Contacts and leads: what is written, and what is refused with words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Account, AuditEvent, Membership
from accounts.tenancy import tenant
from crm.access import get_contact, get_lead
from crm.contacts import ContactValues, change_contact, create_contact, delete_contact
from crm.errors import CardNotFound, ValueRefused
from crm.leads import LeadValues, change_lead, create_lead, move_lead
from crm.models import Contact, Lead
from crm.pipelines import default_stage


def test_a_contact_keeps_its_addresses_in_order_without_repetition(in_account: Account) -> None:
    contact = create_contact(
        ContactValues(
            first_name=" Ana ", last_name="Morales", emails=["Ana@Food.example", "b@food.example", "ana@food.EXAMPLE"]
        )
    )
    assert contact.name == "Ana Morales"
    assert [row.email for row in contact.emails.all()] == ["Ana@Food.example", "b@food.example"]
    changed = change_contact(contact, ContactValues(emails=["b@food.example", "ana@food.example"]))
    assert changed.name == "b@food.example"
    assert [row.email for row in changed.emails.all()] == ["b@food.example", "ana@food.example"]


def test_a_contact_is_found_by_any_of_its_addresses(in_account: Account) -> None:
    contact = create_contact(ContactValues(emails=["one@food.example", "two@food.example"]))
    assert list(Contact.objects.with_address("TWO@food.example")) == [contact]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (ContactValues(), "first_name"),
        (ContactValues(first_name="A", emails=["not an address"]), "emails"),
        (ContactValues(first_name="A", emails=["a@127.0.0.1"]), "emails"),
    ],
)
def test_a_wrong_contact_is_refused_by_field(in_account: Account, values: ContactValues, field: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        create_contact(values)
    assert refused.value.field == field
    assert not Contact.objects.exists()


def test_cards_of_another_account_are_not_there(in_account: Account, charlie: Membership) -> None:
    contact = create_contact(ContactValues(first_name="Ana"))
    lead = create_lead(LeadValues(name="40 licences"))
    with tenant(charlie.account_id):
        for get, row in ((get_contact, contact), (get_lead, lead)):
            with pytest.raises(CardNotFound):
                get(row.pk)
    with pytest.raises(CardNotFound):
        get_contact("not-a-number")


def test_a_lead_begins_in_the_first_stage_and_moves(in_account: Account) -> None:
    contact = create_contact(ContactValues(first_name="Ana"))
    lead = create_lead(LeadValues(name="40 licences", price=Decimal("9540"), contacts=[contact]))
    assert lead.stage == default_stage()
    won = lead.stage.pipeline.stages.get(kind="won")
    move_lead(lead, won)
    lead.refresh_from_db()
    assert (lead.stage, list(Lead.objects.open())) == (won, [])
    since = lead.stage_since
    move_lead(lead, won)
    lead.refresh_from_db()
    assert lead.stage_since == since


def test_a_lead_changes_its_contacts(in_account: Account) -> None:
    ana, ben = (create_contact(ContactValues(first_name=name)) for name in ("Ana", "Ben"))
    lead = create_lead(LeadValues(name="x", contacts=[ana]))
    change_lead(lead, LeadValues(name="y", contacts=[ben]))
    assert list(get_lead(lead.pk).contacts.all()) == [ben]


@pytest.mark.rule("G12")
def test_deletion_is_written_down(in_account: Account, alice: Membership) -> None:
    contact = create_contact(ContactValues(first_name="Ana"))
    contact_id = contact.pk
    delete_contact(alice, contact)
    event = AuditEvent.objects.get()
    assert (event.action, event.target_id, event.actor_id) == ("contact.deleted", contact_id, alice.pk)
