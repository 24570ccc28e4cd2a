"""People who write to us for the first time: a contact with only the address filled in, and a customer of it (R12).

For many at once, and without telling anybody: whoever files their letters does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.models import Membership
from crm.card_events import EventKind, note_events
from crm.distribution import next_managers
from crm.models import Contact, ContactEmail, Customer, CustomerContact
from mailkit.addresses import email_key


@dataclass(frozen=True, slots=True)
class NewPeople:
    """What becomes of people without a card: as a mailbox has it."""

    store_id: int | None
    group_id: int | None  # its members are responsible for them by turns; None: nobody is
    contacts_only: bool


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A contact that was made, with its customer and who is responsible."""

    contact: Contact
    customer: Customer | None
    responsible: Membership | None


def known_keys(keys: Collection[str], store_id: int | None) -> set[str]:
    """Those addresses that a card has. Seen from a store the cards of other stores do not count (R09)."""
    rows = ContactEmail.objects.filter(in_store(store_id, "contact__"), email_key__in=keys)
    return set(rows.values_list("email_key", flat=True))


def in_store(store_id: int | None, prefix: str = "") -> Q:
    """The contacts that a mailbox of this store finds by address: its own, and those of no store. Without a store: all
    (R09).
    """
    if store_id is None:
        return Q()
    return Q(**{f"{prefix}store": store_id}) | Q(**{f"{prefix}store": None})


@transaction.atomic
def create_people(emails: Sequence[str], wanted: NewPeople) -> list[NewPerson]:
    """One for each address, in this order. The caller has seen to it that none has a card, and that nobody else makes
    one meanwhile.
    """
    managers: Sequence[Membership | None] = next_managers(wanted.group_id, len(emails)) if wanted.group_id else []
    managers = managers or [None] * len(emails)
    contacts = Contact.objects.bulk_create(
        Contact(name=email[:201], responsible=manager, store_id=wanted.store_id)
        for email, manager in zip(emails, managers, strict=True)
    )
    ContactEmail.objects.bulk_create(
        ContactEmail(contact=contact, email=email, email_key=email_key(email))
        for contact, email in zip(contacts, emails, strict=True)
    )
    note_events(contacts, EventKind.CREATED, how="mailbox")
    customers: Sequence[Customer | None] = (
        [None] * len(contacts) if wanted.contacts_only else _create_customers(contacts)
    )
    return [
        NewPerson(contact, customer, manager)
        for contact, customer, manager in zip(contacts, customers, managers, strict=True)
    ]


def _create_customers(contacts: Sequence[Contact]) -> list[Customer]:
    customers = Customer.objects.bulk_create(
        Customer(name=contact.name[:200], responsible=contact.responsible) for contact in contacts
    )
    CustomerContact.objects.bulk_create(
        CustomerContact(customer=customer, contact=contact)
        for customer, contact in zip(customers, contacts, strict=True)
    )
    note_events(customers, EventKind.CREATED, how="mailbox")
    return customers
