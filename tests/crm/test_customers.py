"""Customers and their contacts."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, change_customer, create_customer, delete_customer
from crm.errors import ValueRefused
from crm.models import Contact, Customer

pytestmark = pytest.mark.usefixtures("in_account")


def test_a_customer_has_the_name_of_its_first_contact(alice: Membership) -> None:
    ann, ben = create_contact(ContactValues("Ann")), create_contact(ContactValues("Ben"))
    customer = create_customer(CustomerValues(contacts=[ann, ben], responsible=alice))
    assert (customer.name, set(customer.contacts.all())) == ("Ann", {ann, ben})
    changed = change_customer(customer, CustomerValues(name="Ben & Co", contacts=[ben]))
    assert (changed.name, list(changed.contacts.all()), changed.responsible) == ("Ben & Co", [ben], None)


def test_a_customer_needs_a_name_or_a_contact() -> None:
    with pytest.raises(ValueRefused):
        create_customer(CustomerValues())


def test_deleting_leaves_the_contacts(alice: Membership) -> None:
    ann = create_contact(ContactValues("Ann"))
    delete_customer(alice, create_customer(CustomerValues(contacts=[ann])))
    assert (Customer.objects.count(), Contact.objects.count()) == (0, 1)
