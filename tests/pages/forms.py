"""A letter of Acme with the manual's form, as its client has it, and the fields that it writes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead
from mailboxes.models import Mailbox
from outbox.composing import compose
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from outbox.web_copies import form_link_of, link_of
from tests.mailkit.test_composed_forms import SEED_FORM
from tests.pages.conftest import PUBLIC_HOST

# The fields of the manual's form: number, card, name, kind, choices.
FIELDS: tuple[tuple[int, str, str, str, tuple[str, ...]], ...] = (
    (620105, "lead", "Device", "list", ("Laptop", "Smart")),
    (620103, "lead", "Service", "multilist", ("Cleaning", "Upgrade")),
    (657261, "lead", "Payment", "list", ("Cash", "Online")),
    (620109, "lead", "Delivery", "flag", ()),
    (620111, "lead", "Comment", "text", ()),
    (11973, "contact", "Full name", "text", ()),
    (77, "contact", "Home address", "text", ()),
    (78, "lead", "Budget", "numeric", ()),
    (79, "lead", "Day", "date", ()),
    (80, "company", "Size", "numeric", ()),
    (81, "lead", "Not in the form", "text", ()),
)
# What the author of the form offers, though the fields do not take it.
WRONG_CHOICES = (
    '<input name="lead[657261]" type="radio" value="Barter">'
    '<input name="lead[620103][]" type="checkbox" value="Painting">'
)
MORE_INPUTS = (
    WRONG_CHOICES
    + '<input name="lead[78]"><input name="lead[79]"><input name="company[80]"><input name="lead[99]"></form>'
)


@dataclass(frozen=True)
class FormLetter:
    """`form_url` and `web_url` as they stand in the letter."""

    mail: OutgoingMail
    contact: Contact
    lead: Lead
    form_url: str
    web_url: str

    def values(self) -> dict[str, object]:
        """Of lead and contact as they are now."""
        lead, contact = Lead.objects.get(pk=self.lead.pk), Contact.objects.get(pk=self.contact.pk)
        return {**lead.custom_values, **contact.custom_values}

    def notes(self) -> list[str]:
        return list(self.lead.notes.order_by("id").values_list("text", flat=True))


def make_fields(admin: Membership) -> None:
    for number, entity, name, kind, options in FIELDS:
        create_field(admin, FieldValues(entity, name, kind, number, f"f{number}", options))


def send_form(author: Membership, mailbox: Mailbox, html: str = SEED_FORM + MORE_INPUTS) -> FormLetter:
    """As the worker makes it; nobody connects."""
    contact = create_contact(ContactValues("Ann", "Client", ["ann@client.example"]))
    lead = create_lead(LeadValues("Repair", contacts=[contact]))
    request = LetterRequest(mailbox_id=mailbox.pk, to=["Ann <ann@client.example>"], subject="Order", html=html)
    mail = queue_letter(author, request)
    compose(mail)
    mail.refresh_from_db()
    return FormLetter(mail, contact, lead, form_link_of(mail), link_of(mail))


def post(url: str, data: Mapping[str, Any], **headers: str) -> Any:  # noqa: ANN401  (Django's client adds to its answers)
    return Client(headers={"host": PUBLIC_HOST, **headers}).post(urlsplit(url).path, data)


def get(url: str, data: Mapping[str, Any] | None = None, **headers: str) -> Any:  # noqa: ANN401  (Django's client adds to its answers)
    return Client(headers={"host": PUBLIC_HOST, **headers}).get(urlsplit(url).path, data)
