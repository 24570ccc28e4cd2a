"""Changing some values of a card of any kind: what others save meanwhile stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.models import Membership
from crm import companies, contacts, customers, leads
from crm.models import Card, Company, Contact, Lead
from crm.signals import contacts_merging


@transaction.atomic
def change_card(card: Card, changes: Mapping[str, Any], *, member: Membership) -> Card:
    """`changes` by the names of ContactValues, CompanyValues, LeadValues or CustomerValues. The rest is read once the
    card is held, so that two people may change two fields at once. Raises ValueRefused.
    """
    if isinstance(card, Contact) and "emails" in changes:
        contacts_merging.send(Contact)
    held = type(card).objects.select_for_update(no_key=True, of=("self",)).get(pk=card.pk)
    if isinstance(held, Contact):
        return contacts.change_contact(held, replace(contacts.values_of(held), **changes), member=member)
    if isinstance(held, Company):
        return companies.write_company(replace(companies.values_of(held), **changes), held, member=member)
    if isinstance(held, Lead):
        return leads.change_lead(held, replace(leads.values_of(held), **changes), member=member)
    return customers.change_customer(held, replace(customers.values_of(held), **changes), member=member)
