"""Customers: who has bought and may buy again. Create, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from crm.card_events import EventKind, note_event, note_responsible
from crm.errors import ValueRefused
from crm.field_values import merge_values
from crm.models import Company, Contact, Customer, CustomerContact
from crm.tags import set_tags

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """A customer as typed, whole. Without a name it has that of its first contact."""

    name: str = ""
    contacts: Sequence[Contact] = ()
    company: Company | None = None
    responsible: Membership | None = None
    next_purchase_at: date | None = None
    custom_fields: Mapping[str, Any] | None = None  # changes by number, see crm.field_values
    tags: Sequence[str] | None = None  # names; None leaves them as they are


@transaction.atomic
def create_customer(values: CustomerValues, *, member: Membership | None = None, how: str = "by_hand") -> Customer:
    """`how` is one of crm.card_events.HOW. Raises ValueRefused."""
    customer = _write(Customer(), values)
    note_event(customer, EventKind.CREATED, actor=member, how=how)
    return customer


@transaction.atomic
def change_customer(customer: Customer, values: CustomerValues, *, member: Membership | None = None) -> Customer:
    """Raises ValueRefused."""
    held = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    before = held.responsible_id
    _write(held, values)
    note_responsible(held, before, member)
    return held


def values_of(customer: Customer) -> CustomerValues:
    """As they are, for changing some of them."""
    return CustomerValues(
        name=customer.name,
        contacts=list(customer.contacts.all()),
        company=customer.company,
        responsible=customer.responsible,
        next_purchase_at=customer.next_purchase_at,
    )


@transaction.atomic
def delete_customer(member: Membership, customer: Customer) -> None:
    """The customer goes; contacts and letters stay."""
    record(member, "customer.deleted", target=customer)
    customer.delete()


def _write(customer: Customer, values: CustomerValues) -> Customer:
    customer.name = _checked_name(values)
    customer.company, customer.responsible = values.company, values.responsible
    customer.next_purchase_at = values.next_purchase_at
    merge_values(customer, values.custom_fields)
    customer.save()
    if values.tags is not None:
        set_tags(customer, values.tags)
    CustomerContact.objects.filter(customer=customer).exclude(contact__in=values.contacts).delete()
    CustomerContact.objects.bulk_create(
        (CustomerContact(customer=customer, contact=contact) for contact in values.contacts), ignore_conflicts=True
    )
    return customer


def _checked_name(values: CustomerValues) -> str:
    name = values.name.strip() or next((contact.name for contact in values.contacts), "")
    if not name or len(name) > MAX_NAME:
        raise ValueRefused("name", _("Enter a name of at most %(most)d characters.") % {"most": MAX_NAME})
    return name
