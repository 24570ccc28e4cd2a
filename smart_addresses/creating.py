"""Cards of the people of a letter: who is there is found again, who is not is made (K43)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.language import account_language
from accounts.models import Membership
from accounts.smart_settings import responsible_by_default
from crm.card_events import EventKind, note_events
from crm.contact_names import names_of
from crm.contacts import ContactValues, create_contact
from crm.errors import ValueRefused
from crm.leads import LeadValues, add_contacts, create_lead
from crm.models import Contact, ContactEmail, Lead
from mailboxes.models import Mailbox, SenderAlias
from mailkit.addresses import email_key
from mailkit.subjects import bare_subject
from mailkit.types import Address, ParsedMessage
from smart_addresses.models import ArrivedLetter, Creation
from threads.grouping import answered_ids

HOW = "smart_address"  # one of crm.card_events.HOW
MAX_LEAD_NAME = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A contact of the letter, and whether it is new."""

    contact: Contact
    is_new: bool


def create_cards(letter: ArrivedLetter, people: Sequence[Address], parsed: ParsedMessage) -> list[Creation]:
    """In the caller's transaction, which holds the cards of the account for itself (threads.linking), so that two
    letters of one stranger make one contact.
    """
    responsible = responsible_for(parsed.sender.email if parsed.sender else "")
    cards = [card for person in people if (card := _card_of(person, responsible))]
    rows = [Creation(letter=letter, contact=card.contact, is_new=card.is_new) for card in cards]
    if letter.address == ArrivedLetter.Address.LEAD and cards:
        contacts = _each_once(card.contact for card in cards)
        rows.append(_go_on(letter, contacts, parsed) or _begin(letter, contacts, responsible, parsed.subject))
    return Creation.objects.bulk_create(rows)


def responsible_for(sender: str) -> Membership | None:
    """The active user whose address is in From, else the account's default."""
    return user_with(email_key(sender)) or responsible_by_default()


def user_with(key: str) -> Membership | None:
    """By the address that they sign in with, or that of their own mailbox or its aliases."""
    active = Membership.objects.filter(is_active=True)
    own = Mailbox.objects.filter(address_key=key, owner__isnull=False)
    aliases = SenderAlias.objects.filter(address_key=key, confirmed_at__isnull=False, mailbox__owner__isnull=False)
    by_mailbox = [*own.values_list("owner_id", flat=True), *aliases.values_list("mailbox__owner_id", flat=True)]
    return active.filter(user__email=key).first() or active.filter(pk__in=by_mailbox).order_by("pk").first()


def _card_of(person: Address, responsible: Membership | None) -> Card | None:
    """None for what no contact can have as its address."""
    known = ContactEmail.objects.filter(email_key=email_key(person.email)).select_related("contact")
    found = known.order_by("contact_id").first()
    if found:
        return Card(found.contact, is_new=False)
    first, last = names_of(person.name)
    values = ContactValues(first_name=first, last_name=last, emails=[person.email], responsible=responsible)
    try:
        return Card(create_contact(values, how=HOW), is_new=True)
    except ValueRefused:
        return None


def _go_on(letter: ArrivedLetter, contacts: Sequence[Contact], parsed: ParsedMessage) -> Creation | None:
    """With the lead of the letter that this one answers, while it is open: everybody who answers all of a letter to
    lead@ would make one more. As in threads it has to be of a client of the lead (G01).
    """
    answered = answered_ids(parsed.in_reply_to, parsed.references)
    made = Creation.objects.filter(letter__message__message_id_header__in=answered, lead__isnull=False)
    open_ones = Lead.objects.open().filter(pk__in=made.values("lead"), contacts__in=contacts)
    lead = open_ones.order_by("-created_at", "-pk").first() if answered else None
    if lead is None:
        return None
    add_contacts(lead, contacts)
    return Creation(letter=letter, lead=lead, is_new=False)


def _begin(
    letter: ArrivedLetter, contacts: Sequence[Contact], responsible: Membership | None, subject: str
) -> Creation:
    name = bare_subject(subject)[:MAX_LEAD_NAME].strip() or _name_without_subject(contacts[0])
    values = LeadValues(name, company=contacts[0].company, responsible=responsible, contacts=contacts)
    lead = create_lead(values, how=HOW)
    note_events(contacts, EventKind.LEAD_MADE, how=HOW, lead=lead.pk, name=lead.name)
    return Creation(letter=letter, lead=lead, is_new=True)


def _name_without_subject(contact: Contact) -> str:
    with account_language():
        return (_("Letter from %(who)s") % {"who": contact.name})[:MAX_LEAD_NAME]


def _each_once(contacts: Iterable[Contact]) -> list[Contact]:
    return list({contact.pk: contact for contact in contacts}.values())
