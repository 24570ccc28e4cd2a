"""Contacts: create, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from crm.card_events import EventKind, note_event, note_responsible
from crm.contact_names import shown_name
from crm.errors import ValueRefused
from crm.field_values import merge_values
from crm.models import Company, Contact, ContactEmail, Store
from crm.signals import contact_addresses_changed, contacts_merging
from crm.tags import set_tags
from mailkit.addresses import AddressRefused, email_key, parse_typed_address

MOST_LINES = 50  # addresses of a card, and phones


@dataclass(frozen=True, slots=True)
class ContactValues:
    """A contact as typed, whole."""

    first_name: str = ""
    last_name: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    company: Company | None = None
    responsible: Membership | None = None
    store: Store | None = None
    custom_fields: Mapping[str, Any] | None = None  # changes by number, see crm.field_values
    tags: Sequence[str] | None = None  # names; None leaves them as they are


def checked_emails(emails: Sequence[str]) -> list[str]:
    """Trimmed, without repetition, in the order typed. Raises ValueRefused that names the wrong one."""
    found: dict[str, str] = {}
    for typed in filter(None, map(str.strip, emails)):
        try:
            email = parse_typed_address(typed).email
        except AddressRefused as error:
            raise ValueRefused("emails", _("“%(typed)s” is not an email address.") % {"typed": typed[:100]}) from error
        found.setdefault(email_key(email), email)
    return list(found.values())


def check_count(field: str, lines: Sequence[str], now: int) -> None:
    """`now` is how many the card has: a merge may have brought together more than can be typed, and they may stay.
    Raises ValueRefused.
    """
    if len(lines) > max(MOST_LINES, now):
        raise ValueRefused(field, _("At most %(most)d, please.") % {"most": MOST_LINES})


def _name_of(values: ContactValues, emails: Sequence[str]) -> str:
    name = shown_name(values.first_name.strip(), values.last_name.strip(), emails, values.phones)
    if not name:
        raise ValueRefused("first_name", _("Enter a name, an email address or a phone number."))
    return name


@transaction.atomic
def create_contact(values: ContactValues, *, member: Membership | None = None, how: str = "by_hand") -> Contact:
    """`how` is one of crm.card_events.HOW. Mail that is stored already is linked at once (G02). Raises ValueRefused."""
    contact = _write_contact(Contact(), values)
    note_event(contact, EventKind.CREATED, actor=member, how=how)
    return contact


@transaction.atomic
def change_contact(contact: Contact, values: ContactValues, *, member: Membership | None = None) -> Contact:
    """Raises ValueRefused."""
    if {row.email_key for row in contact.emails.all()} != set(map(email_key, checked_emails(values.emails))):
        contacts_merging.send(Contact)
    held = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    before = held.responsible_id
    _write_contact(held, values)
    note_responsible(held, before, member)
    return held


def values_of(contact: Contact) -> ContactValues:
    """As they are, for changing some of them."""
    return ContactValues(
        first_name=contact.first_name,
        last_name=contact.last_name,
        emails=[row.email for row in contact.emails.all()],
        phones=contact.phones,
        company=contact.company,
        responsible=contact.responsible,
        store=contact.store,
    )


def _write_contact(contact: Contact, values: ContactValues) -> Contact:
    asks = contact.pk and len(values.emails) > MOST_LINES
    check_count("emails", values.emails, contact.emails.count() if asks else 0)
    check_count("phones", values.phones, len(contact.phones))
    emails = checked_emails(values.emails)
    contact.name = _name_of(values, emails)
    contact.first_name, contact.last_name = values.first_name.strip(), values.last_name.strip()
    contact.phones = list(dict.fromkeys(filter(None, map(str.strip, values.phones))))
    contact.company, contact.responsible, contact.store = values.company, values.responsible, values.store
    merge_values(contact, values.custom_fields)
    contact.save()
    if values.tags is not None:
        set_tags(contact, values.tags)
    _write_emails(contact, emails)
    return contact


def _write_emails(contact: Contact, emails: Sequence[str]) -> None:
    before = set(contact.emails.values_list("email_key", flat=True))
    rows = [
        ContactEmail(contact=contact, email=email, email_key=email_key(email), position=position)
        for position, email in enumerate(emails)
    ]
    contact.emails.exclude(email_key__in=[row.email_key for row in rows]).delete()
    ContactEmail.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "contact", "email_key"],
        update_fields=["email", "position"],
    )
    if before != {row.email_key for row in rows}:
        contact_addresses_changed.send(Contact, contact=contact)


@transaction.atomic
def delete_contact(member: Membership, contact: Contact) -> None:
    """The card goes; its letters stay in Mail."""
    record(member, "contact.deleted", target=contact)
    contact.delete()
