"""What a form was sent with: the letter or page it stood in, the fields that this holds, and the cards it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm.cards import on_card
from crm.contacts import ContactValues, create_contact
from crm.models import Card, Contact, Lead, Stage
from letter_templates.fields import cards_of
from mailkit.form_names import parse_field_name
from outbox.models import OutgoingMail, OutgoingRecipient, WebCopy
from outbox.queueing import contact_with
from outbox.web_copies import link_of
from pages.addresses import address_of
from pages.links import is_expired
from pages.models import PageLink
from pages.rendering import field_names_of


@dataclass(frozen=True, slots=True)
class Form:
    """`keys`: of the fields it holds (FieldName.key); no other is ever written. `url`: where it is filled in, in a
    browser. `page_name`: "" for a letter, whose subject is not for everybody who sees the card.
    """

    tracked_id: int
    keys: frozenset[str]
    url: str
    mail: OutgoingMail | None = None
    page_link: PageLink | None = None

    @property
    def page_name(self) -> str:
        return self.page_link.page.name if self.page_link else ""

    @property
    def is_test(self) -> bool:
        """In a letter to its own author: it answers as it would, and writes nothing."""
        return self.mail is not None and self.mail.is_test


def get_form(tracked_id: int) -> Form | None:
    """In the account's scope. None for what holds no form, is expired or gone, and while the Mailer is off (M01)."""
    return _of_letter(tracked_id) or _of_page(tracked_id)


def cards_about(form: Form) -> Mapping[str, Card]:
    """By type. A letter to somebody without a card makes one: what he answers has to stand somewhere."""
    if form.page_link:
        return _around(form.page_link)
    if form.mail is None:
        return {}
    first, contact = _written_to(form.mail)
    if first and not (contact or form.mail.lead):
        values = ContactValues(first_name=first.name[:100], emails=[first.address], responsible=form.mail.author)
        contact = create_contact(values, how="form")
    return _with_others(contact, form.mail.lead)


def card_types_about(form: Form) -> frozenset[str]:
    """Of the cards that an answer would be written to; none is made."""
    if form.page_link:
        return frozenset(_around(form.page_link))
    if form.mail is None:
        return frozenset()
    first, contact = _written_to(form.mail)
    known = frozenset(_with_others(contact, form.mail.lead))
    return known or frozenset(["contact"] if first else [])


def _written_to(mail: OutgoingMail) -> tuple[OutgoingRecipient | None, Contact | None]:
    first = mail.recipients.filter(kind=OutgoingRecipient.Kind.TO).first()
    return first, mail.contact or (contact_with(first.address) if first else None)


def _of_letter(tracked_id: int) -> Form | None:
    letters = WebCopy.objects.select_related("mail__contact__company", "mail__lead__company", "mail__author__user")
    copy = letters.filter(mail__tracked=tracked_id, account__mailer_enabled=True).first()
    if copy is None:
        return None
    return Form(tracked_id, _keys(copy.form_fields), link_of(copy.mail), mail=copy.mail)


def _of_page(tracked_id: int) -> Form | None:
    links = PageLink.objects.select_related("page", "contact__company", "lead__company", "company", "customer")
    link = links.filter(tracked=tracked_id, account__mailer_enabled=True).first()
    if link is None or is_expired(link):
        return None
    return Form(tracked_id, _keys(field_names_of(link.page)), address_of(link, link.page), page_link=link)


def _keys(names: list[str]) -> frozenset[str]:
    return frozenset(name.key for name in map(parse_field_name, names) if name)


def _around(link: PageLink) -> dict[str, Card]:
    if link.customer:
        contact = link.customer.contacts.order_by("name", "id").first()
        return {**_with_others(contact, None), **on_card(link.customer)}
    return on_card(link.company) if link.company else _with_others(link.contact, link.lead)


def _with_others(contact: Contact | None, lead: Lead | None) -> dict[str, Card]:
    """With those that follow from them: the contact's lead too, if only one is open."""
    cards = cards_of(contact=contact, lead=lead or _only_open_lead(contact))
    known = {"contact": cards.contact, "lead": cards.lead, "company": cards.company, "customer": cards.customer}
    return {card_type: card for card_type, card in known.items() if card is not None}


def _only_open_lead(contact: Contact | None) -> Lead | None:
    """Which of several is meant, nobody can tell."""
    if contact is None:
        return None
    leads = list(contact.leads.filter(stage__kind=Stage.Kind.OPEN).select_related("company")[:2])
    return leads[0] if len(leads) == 1 else None
