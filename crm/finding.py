"""A few cards of every kind by what a person types: for finding one, not for listing them (crm.card_lists)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from crm.contact_search import find_contact_ids
from crm.models import Company, Contact, Customer, Lead
from crm.name_search import find_ids_by_name
from crm.querysets import ContactQuerySet, CustomerQuerySet, LeadQuerySet


@dataclass(frozen=True, slots=True)
class FoundCards:
    """Not read yet: whoever shows them says what belongs to a row."""

    contacts: ContactQuerySet
    companies: QuerySet[Company]
    leads: LeadQuerySet  # the newest first
    customers: CustomerQuerySet


def find_cards(typed: str, *, limit: int) -> FoundCards:
    """At most `limit` of each kind; leads and customers also by the names and addresses of their contacts. The contacts
    are searched once for all three.
    """
    people = find_contact_ids(typed)
    contacts = Contact.objects.filter(pk__in=people).order_by("name", "id")
    companies = Company.objects.filter(pk__in=find_ids_by_name("company", typed)).order_by("name", "id")
    leads = Lead.objects.filter(_named(Lead, typed, people)).order_by("-id")
    customers = Customer.objects.filter(_named(Customer, typed, people)).order_by("name", "id")
    return FoundCards(contacts[:limit], companies[:limit], leads[:limit], customers[:limit])


def _named(model: type[Any], typed: str, people: list[int]) -> Q:
    """By ids and no join: a lead with two such contacts is found once."""
    kind = model._meta.model_name
    theirs = model.contacts.through.objects.filter(contact__in=people)
    return Q(pk__in=find_ids_by_name(kind, typed)) | Q(pk__in=theirs.values(f"{kind}_id"))
