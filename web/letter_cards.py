"""The card that a letter is begun from, and the people on it: "To" offers them all (M10, M12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import QueryDict

from crm.access import get_company, get_contact, get_customer, get_lead
from crm.models import Card as CrmCard
from crm.models import Company, Contact
from mailkit.addresses import email_key
from threads.correspondents import Person
from web.mail_address import whole_number

GET: dict[str, Callable[[int], CrmCard]] = {
    "contact": get_contact,
    "lead": get_lead,
    "company": get_company,
    "customer": get_customer,
}
MOST_OFFERED = 50


@dataclass(frozen=True, slots=True)
class Card:
    """One of GET, by id."""

    kind: str
    row_id: int


def card_asked(query: QueryDict) -> Card | None:
    """The one that an address names: `?lead=5`."""
    asked = ((kind, whole_number(query.get(kind))) for kind in GET)
    return next((Card(kind, row_id) for kind, row_id in asked if row_id), None)


def card_of(contact_id: int | None, lead_id: int | None) -> Card | None:
    """That of a draft."""
    if lead_id:
        return Card("lead", lead_id)
    return Card("contact", contact_id) if contact_id else None


def people_of(card: Card) -> list[Person]:
    """Every address on it, and on the cards that belong to it. Raises NotFound."""
    return people_on(GET[card.kind](card.row_id))


def people_on(card: CrmCard) -> list[Person]:
    """The same of a card that is at hand."""
    people = [_person(contact, row.email) for contact in _contacts_on(card) for row in contact.emails.all()]
    return [*(_company_addresses(card)), *people][:MOST_OFFERED]


def _contacts_on(card: CrmCard) -> Iterable[Contact]:
    if isinstance(card, Contact):
        return [card]
    contacts = Contact.objects.filter(company=card) if isinstance(card, Company) else card.contacts.all()
    return contacts.select_related("company").prefetch_related("emails").order_by("name", "pk")[:MOST_OFFERED]


def _company_addresses(card: CrmCard) -> list[Person]:
    if not isinstance(card, Company):
        return []
    return [Person(email, email_key(email), card.name) for email in card.emails]


def _person(contact: Contact, email: str) -> Person:
    return Person(email, email_key(email), contact.name, contact.pk, contact.company.name if contact.company else "")
