"""Which rows of a file are one card: an address tells, a name alone does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.csv_import import ImportSettings
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead
from tests.crm.importing import counts, imported, tried

pytestmark = pytest.mark.django_db

UPDATE = ImportSettings(matching="update")
ENQUIRIES = """Lead name,Price,Contacts
Website enquiry,10,ana@client.example
Website enquiry,20,tom@client.example
Website enquiry,30,
"""


def test_leads_of_one_name_are_leads_of_their_own(in_account: Account, alice: Membership) -> None:
    create_lead(LeadValues("Website enquiry"))
    done = imported(alice, "lead", ENQUIRIES)
    assert (done.matching, counts(done), done.merged_count) == ("create", (3, 0, 0, 0), 0)
    told = [(lead.price, lead.contacts.count()) for lead in Lead.objects.order_by("price")[:3]]
    assert told == [(Decimal(10), 1), (Decimal(20), 1), (Decimal(30), 0)]


def test_leads_that_are_to_change_are_told_by_their_contacts(in_account: Account, alice: Membership) -> None:
    ana = create_contact(ContactValues("Ana", emails=["ana@client.example"]))
    known = create_lead(LeadValues("Website enquiry", contacts=[ana]))
    more = "Website enquiry,40,tom@client.example\n"
    done = imported(alice, "lead", ENQUIRIES.replace("Website enquiry,30,\n", more), UPDATE)
    assert (counts(done), done.merged_count) == ((1, 1, 0, 0), 1)
    known.refresh_from_db()
    assert (known.price, Lead.objects.exclude(pk=known.pk).get().price) == (Decimal(10), Decimal(40))


def test_a_file_with_our_ids_changes_those_leads(in_account: Account, alice: Membership) -> None:
    known = create_lead(LeadValues("Website enquiry"))
    done = imported(alice, "lead", f"ID,Lead name,Price\n{known.pk},Website enquiry,5\n")
    assert (done.matching, counts(done)) == ("update", (0, 1, 0, 0))


def test_people_without_an_address_are_one_only_with_one_phone(in_account: Account, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", phones=["+34 955 1"]))
    file = "Name,Phone,Company\nAna Morales,+34 (955) 1,Harbor\nAna Morales,+34 955 2,Bay\nAna Morales,,Sea\n"
    assert counts(imported(alice, "contact", file)) == (2, 1, 0, 0)
    told = Contact.objects.order_by("company__name").values_list("company__name", "phones")
    assert list(told) == [("Bay", ["+34 955 2"]), ("Harbor", ["+34 955 1"]), ("Sea", [])]


@pytest.mark.parametrize("is_there", [False, True])
def test_an_address_that_a_row_brought_finds_the_card_in_the_rows_below(
    in_account: Account, alice: Membership, is_there: bool
) -> None:
    if is_there:
        create_contact(ContactValues(emails=["a@client.example"]))
    file = "Email\na@client.example\na@client.example; b@client.example\nb@client.example\n"
    done = tried(alice, "contact", file)
    assert (counts(done), done.merged_count) == ((0, 1, 0, 0) if is_there else (1, 0, 0, 0), 2)
    imported(alice, "contact", file)
    assert [row.email for row in Contact.objects.get().emails.all()] == ["a@client.example", "b@client.example"]
