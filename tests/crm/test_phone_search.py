"""Who calls is found by the digits of the number."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.finding import find_cards
from crm.leads import LeadValues, create_lead
from crm.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(in_account: Account) -> Contact:
    create_contact(ContactValues("Tom", "Becker", phones=["+34 600 111 222"]))
    return create_contact(ContactValues("Ana", "Morales", phones=["+34 (955) 12-34-56", "612 345 678"]))


@pytest.mark.parametrize(
    "typed", ["955123456", "+34 955 12 34 56", "34.955.123.456", "12345", "3456", "+34612345678", "0034 612 345 678"]
)
def test_any_five_digits_of_a_number_find_it(ana: Contact, typed: str) -> None:
    found = [contact.pk for contact in find_cards(typed, limit=5).contacts]
    assert found == ([ana.pk] if typed != "3456" else [])


@pytest.mark.parametrize("typed", ["5612", "561234567", "3456612", "955123456 x", "%%%%%", "9.5.5"])
def test_two_numbers_are_not_read_as_one(ana: Contact, typed: str) -> None:
    assert list(find_cards(typed, limit=5).contacts) == []


def test_companies_and_the_leads_of_people_are_found_too(ana: Contact) -> None:
    company = write_company(CompanyValues("Harbor", phones=["+49 30 98765"]))
    lead = create_lead(LeadValues("Deal", contacts=[ana]))
    assert list(find_cards("3098765", limit=5).companies) == [company]
    assert list(find_cards("955 123", limit=5).leads) == [lead]


def test_another_accounts_phones_are_not_found(ana: Contact, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        assert list(find_cards("955123456", limit=5).contacts) == []
