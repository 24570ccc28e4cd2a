"""Contacts that are one person become one, and for ten minutes two again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, AuditEvent, Membership
from crm.access import get_contact
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, change_contact, create_contact
from crm.customers import CustomerValues, create_customer
from crm.errors import ValueRefused, WrongState
from crm.leads import LeadValues, create_lead
from crm.merging import MOST, UNDO_TIME, merge_contacts, unmerge_contacts
from crm.models import Contact, ContactMerge, Note
from crm.tags import set_tags, tags_of
from tests.conftest import MakeMailbox
from tests.contracts.acme_rows import everything_of
from tests.threads.builders import SALES, Mail, Post
from threads.models import CardLink

pytestmark = pytest.mark.django_db
NEW = {"crm.CardEvent", "crm.ContactMerge", "accounts.AuditEvent"}  # what a merge and its undoing write
DERIVED = {"threads.CardLink"}  # made anew, with other numbers


@pytest.fixture
def ana(in_account: Account) -> Contact:
    contact = create_contact(
        ContactValues("Ana", "Morales", ["ana@client.example", "both@client.example"], ["+34 955"])
    )
    set_tags(contact, ["vip", "old"])
    return contact


@pytest.fixture
def double(ana: Contact, make_mailbox: MakeMailbox, alice: Membership) -> Contact:
    """The same person again, with everything that can hang on a card."""
    post = Post(make_mailbox(SALES, account_of=alice))
    firm = write_company(CompanyValues("Harbor"))
    contact = create_contact(
        ContactValues("A.", "Morales", ["ana@home.example", "both@client.example"], ["34955", "7"], firm, alice)
    )
    set_tags(contact, ["VIP", "new"])
    for sender in ("ana@client.example", "ana@home.example", "both@client.example"):
        post.file(Mail(f"From {sender}", sender))
    create_lead(LeadValues("Both", contacts=[ana, contact]))
    create_lead(LeadValues("His", contacts=[contact]))
    create_customer(CustomerValues("Customer", [contact]))
    Note.objects.create(contact=contact, text="Call in May", author=alice)
    return contact


def everything(alice: Membership) -> dict[str, list[dict[str, Any]]]:
    found = {name: rows for name, rows in everything_of(alice).items() if name not in NEW | DERIVED}
    links = CardLink.objects.order_by("contact_id", "message_id").values("contact_id", "message_id", "received_at")
    return {**found, "links": [dict(row) for row in links]}


def test_all_comes_to_the_one_that_stays(ana: Contact, double: Contact, alice: Membership) -> None:
    merge_contacts(alice, ana, [double])
    contact = get_contact(ana.pk)
    assert list(Contact.objects.all()) == [contact]
    emails = ["ana@client.example", "both@client.example", "ana@home.example"]
    assert [row.email for row in contact.emails.all()] == emails
    assert (contact.name, contact.phones) == ("Ana Morales", ["+34 955", "7"])
    assert (contact.company.name, contact.responsible) == ("Harbor", alice)
    assert sorted(lead.name for lead in contact.leads.all()) == ["Both", "His"]
    assert (contact.customers.count(), contact.notes.get().text) == (1, "Call in May")
    assert tags_of(contact) == ["new", "old", "vip"]
    assert contact.mail.count() == 3
    assert contact.cardevents.get(kind="merged").facts == {"names": "A. Morales"}
    assert AuditEvent.objects.filter(action="contact.merged").count() == 1


def test_undoing_restores_exactly(ana: Contact, double: Contact, alice: Membership) -> None:
    before = everything(alice)
    merge_contacts(alice, ana, [double], choices={"first_name": double.pk})
    assert Contact.objects.get().first_name == "A."
    assert unmerge_contacts(alice, ana) == [double]
    assert everything(alice) == before


def test_what_came_since_stays_when_it_is_undone(ana: Contact, double: Contact, alice: Membership) -> None:
    merge_contacts(alice, ana, [double])
    merged = get_contact(ana.pk)
    emails = [*(row.email for row in merged.emails.all()), "late@client.example"]
    change_contact(merged, ContactValues("Ana", "Morales", emails))
    Note.objects.create(contact=merged, text="Written since", author=alice)
    unmerge_contacts(alice, merged)
    assert Note.objects.get(text="Written since").contact == ana
    assert [row.email for row in get_contact(ana.pk).emails.all()][-1] == "late@client.example"
    assert Note.objects.get(text="Call in May").contact == double


def test_merges_are_undone_one_after_the_other(ana: Contact, double: Contact, alice: Membership) -> None:
    third = create_contact(ContactValues("Third"))
    before = everything(alice)
    merge_contacts(alice, double, [third])
    merge_contacts(alice, ana, [double])
    assert unmerge_contacts(alice, ana) == [double]
    assert unmerge_contacts(alice, double) == [third]
    assert everything(alice) == before


def test_what_is_gone_since_does_not_come_back(ana: Contact, double: Contact, alice: Membership) -> None:
    merge_contacts(alice, ana, [double])
    double.company.delete()
    ana.leads.filter(name="Both").delete()
    unmerge_contacts(alice, ana)
    restored = get_contact(double.pk)
    assert (restored.company, [lead.name for lead in restored.leads.all()]) == (None, ["His"])


def test_after_ten_minutes_it_is_too_late(ana: Contact, double: Contact, alice: Membership) -> None:
    merge_contacts(alice, ana, [double])
    ContactMerge.objects.update(created_at=timezone.now() - UNDO_TIME - timedelta(seconds=1))
    with pytest.raises(WrongState):
        unmerge_contacts(alice, ana)


def test_one_alone_too_many_and_strangers_values_are_refused(
    ana: Contact, double: Contact, alice: Membership, charlie: Membership
) -> None:
    many = [create_contact(ContactValues(f"P{n}")) for n in range(MOST)]
    gone = create_contact(ContactValues("Gone"))
    Contact.objects.filter(pk=gone.pk).delete()
    for others in ([], [ana], many, [gone]):
        with pytest.raises(ValueRefused):
            merge_contacts(alice, ana, others)
    with pytest.raises(ValueRefused):
        merge_contacts(alice, ana, [double], choices={"first_name": many[0].pk})
    assert Contact.objects.count() == 2 + MOST
