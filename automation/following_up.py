"""Whom a letter follows up: those that the letter before it was written to, at the address it went to (M62, M69)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automation.causes import letters_of_card
from automation.models import Run
from automation.outcomes import skipped
from automation.reasons import Reason
from automation.subjects import Ended, Subject, contact_of
from crm.models import Contact
from outbox.models import OutgoingMail, OutgoingRecipient

State = OutgoingRecipient.State


@dataclass(frozen=True, slots=True)
class Reader:
    """`address`: where the letter before went; "" when there was none."""

    contact: Contact
    address: str = ""


def readers_of(subject: Subject) -> Sequence[Reader]:
    """Each once. Without a letter before it, the contact of the card. Raises Ended."""
    if subject.mail is None:
        return [Reader(contact_of(subject))]
    found: dict[int, Reader] = {}
    for row in _written_to(subject.mail, subject.event):
        contact = _contact_at(row.address, row.mail)
        if contact:
            found.setdefault(contact.pk, Reader(contact, row.address))
    if not found:
        raise Ended(skipped(Reason.NO_CARD))
    return list(found.values())


def _written_to(mail: OutgoingMail, event: str) -> Sequence[OutgoingRecipient]:
    """That nobody has opened it, a letter says for all of its sending. Of a letter that some have got, those."""
    mails = OutgoingMail.objects.filter(pk=mail.pk)
    if event == Run.Event.NOT_OPENED:
        mails = OutgoingMail.objects.filter(pk__in=letters_of_card(mail), sent_at__isnull=False)
    people = OutgoingRecipient.objects.filter(mail__in=mails, kind=OutgoingRecipient.Kind.TO).select_related("mail")
    rows = list(people.order_by("mail_id", "position"))
    return [row for row in rows if row.state not in (State.REFUSED, State.BOUNCED)] or rows


def _contact_at(address: str, mail: OutgoingMail) -> Contact | None:
    """Of several who share it, the one that the letter names, or one of its lead."""
    having = list(Contact.objects.for_list().with_address(address))
    of_lead = set(mail.lead.contacts.values_list("pk", flat=True)) if mail.lead and len(having) > 1 else set()
    having.sort(key=lambda one: (one.pk != mail.contact_id, one.pk not in of_lead, one.pk))
    return having[0] if having else None
