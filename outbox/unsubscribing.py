"""Who wants no more letters says so by a link of their letter (M99, G09): on a page that asks first, because scanners
follow links too, or by the button of a mail program (RFC 8058), which posts.

The link names one letter, and with it the one address that it went to: of several, the first in To.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.public_tokens import make_token
from crm.card_events import EventKind, note_events
from crm.models import CardEvent, Contact
from mailkit.addresses import email_key
from outbox.models import MailingRecipient, OutgoingMail, OutgoingRecipient, Suppression

Reason = Suppression.Reason
KINDS = (EventKind.UNSUBSCRIBED, EventKind.SUBSCRIBED)
SECOND_THOUGHTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter went to."""

    address: str
    is_unsubscribed: bool


def link_of(mail: OutgoingMail) -> str:
    return f"{settings.PUBLIC_URL}/unsubscribe/{make_token('unsubscribe', mail.pk)}"


def headers_of(mail: OutgoingMail) -> Mapping[str, str]:
    """Of letters of mailings, so that mail programs show a button for it (RFC 2369, RFC 8058)."""
    if mail.mailing_id is None:
        return {}
    return {"List-Unsubscribe": f"<{link_of(mail)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def get_reader(mail_id: int) -> Reader | None:
    """None for a letter that is erased."""
    address = _address_of(mail_id)
    if not address:
        return None
    return Reader(address, _rows_of(address).exists())


@transaction.atomic
def unsubscribe(mail_id: int) -> Reader | None:
    """Twice is as once. None for a letter that is erased."""
    address = _address_of(mail_id)
    if not address:
        return None
    _row, is_new = Suppression.objects.get_or_create(email_key=email_key(address), reason=Reason.UNSUBSCRIBED)
    if is_new:
        _note(EventKind.UNSUBSCRIBED, address)
    return Reader(address, is_unsubscribed=True)


@transaction.atomic
def resubscribe(mail_id: int) -> Reader | None:
    """By the same link: they had second thoughts. None for a letter that is erased."""
    address = _address_of(mail_id)
    if not address:
        return None
    count, _by_table = _rows_of(address).delete()
    if count:
        _note(EventKind.SUBSCRIBED, address)
    return Reader(address, is_unsubscribed=False)


def _note(kind: EventKind, address: str) -> None:
    """On the cards. Of somebody who goes to and fro, what they settled on: whoever has the link can press the buttons
    without end.
    """
    contacts = list(Contact.objects.with_address(address))
    since = timezone.now() - SECOND_THOUGHTS
    recent = CardEvent.objects.filter(contact__in=contacts, kind__in=KINDS, created_at__gt=since)
    recent.filter(facts__address=address).delete()
    note_events(contacts, kind, address=address)


def _rows_of(address: str) -> QuerySet[Suppression]:
    return Suppression.objects.filter(email_key=email_key(address), reason=Reason.UNSUBSCRIBED)


def _address_of(mail_id: int) -> str:
    """The row of a mailing stays when the letter is deleted for good here: its reader still has it, and its link."""
    of_mailing = MailingRecipient.objects.filter(mail=mail_id).values_list("address", flat=True).first()
    if of_mailing:
        return str(of_mailing)
    named = OutgoingRecipient.objects.filter(mail=mail_id, kind=OutgoingRecipient.Kind.TO).order_by("position")
    return str(named.values_list("address", flat=True).first() or "")
