"""People to write to, and mailings to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from mailboxes.models import Mailbox
from outbox.mailing_recipients import Selection
from outbox.mailing_running import start_mailing
from outbox.mailings import MailingValues, create_mailing
from outbox.models import Mailing


def person(name: str, *emails: str, **values: Any) -> Contact:
    return create_contact(ContactValues(first_name=name, emails=emails, **values))


def people(count: int) -> list[Contact]:
    return [person(f"Person{number:04}", f"person{number}@client.example") for number in range(count)]


def news(mailbox: Mailbox, **values: Any) -> MailingValues:
    """A mailing that nothing is wrong with."""
    body = '<p>Hello {{contact.name}}</p><p><a href="{unsubscribelink}">Unsubscribe</a></p>'
    plain = MailingValues(name="News", mailbox_id=mailbox.pk, subject="News", format="visual", body=body)
    return replace(plain, **values)


def mailing_to(member: Membership, mailbox: Mailbox, contacts: Sequence[Contact], **values: Any) -> Mailing:
    return create_mailing(member, Selection("contact", [one.pk for one in contacts]), news(mailbox, **values))


def started(member: Membership, mailbox: Mailbox, contacts: Sequence[Contact], **values: Any) -> Mailing:
    return start_mailing(member, mailing_to(member, mailbox, contacts, **values).pk, is_confirmed=True)
