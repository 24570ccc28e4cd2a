"""How many letters of rules one person gets at most (M98): what no check of the graph can foresee ends here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from automation.errors import LetterNotSent
from automation.reasons import Reason
from crm.models import Contact
from letter_templates.models import Template
from mailkit.addresses import email_key
from outbox.models import OutgoingMail, OutgoingRecipient

DAY = timedelta(days=1)


def check_depth(depth: int) -> None:
    """`depth`: letters that led to one another, the one to be sent among them. Raises LetterNotSent."""
    if depth > settings.TRIGGER_MAX_DEPTH:
        raise LetterNotSent(Reason.CAP_DEPTH, most=settings.TRIGGER_MAX_DEPTH)


def check_contacts(contacts: Sequence[Contact], template: Template, now: datetime) -> None:
    """Holds the contacts until the transaction ends: two workers who count at once would both find room. Raises
    LetterNotSent.
    """
    ids = sorted(contact.pk for contact in contacts)
    list(Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    for contact in contacts:
        _check(contact, template, now)


def hold_template(template: Template) -> None:
    """Letters of a template that always goes to the same addresses are counted one after the other. Before the contacts
    are held: always in this order.
    """
    if template.send_to:
        Template.objects.select_for_update(no_key=True).filter(pk=template.pk).first()


def check_addresses(addresses: Sequence[str], template: Template, now: datetime) -> None:
    """Of a template that goes where it says, whatever the contact. The caller holds it. Raises LetterNotSent."""
    recent = _recent(now).filter(template=template)
    rows = OutgoingRecipient.objects.filter(mail__in=recent).values_list("mail_id", "address")
    had = Counter(key for _mail_id, key in {(mail_id, email_key(address)) for mail_id, address in rows})
    most = settings.TRIGGER_ADDRESS_PER_DAY
    if any(had[email_key(address)] >= most for address in addresses):
        raise LetterNotSent(Reason.CAP_ADDRESS, most=most)


def _recent(now: datetime) -> QuerySet[OutgoingMail]:
    recent = OutgoingMail.objects.filter(is_automatic=True, created_at__gt=now - DAY)
    return recent.exclude(state=OutgoingMail.State.CANCELED)


def _check(contact: Contact, template: Template, now: datetime) -> None:
    recent = _recent(now)
    own = recent.filter(contact=contact).values_list("template_id", flat=True)
    templates = [*own, *_together_with_others(recent, contact)]
    if templates.count(template.pk) >= settings.TRIGGER_TEMPLATE_PER_DAY:
        raise LetterNotSent(Reason.CAP_TEMPLATE, most=settings.TRIGGER_TEMPLATE_PER_DAY)
    if len(templates) >= settings.TRIGGER_LETTERS_PER_DAY:
        raise LetterNotSent(Reason.CAP_CONTACT, most=settings.TRIGGER_LETTERS_PER_DAY)


def _together_with_others(letters: QuerySet[OutgoingMail], contact: Contact) -> list[int | None]:
    """Templates of letters to all contacts of a lead: they are those of the first, but the others had them too."""
    addresses = [row.email for row in contact.emails.all()]
    of_leads = letters.filter(lead__in=contact.leads.values("pk"), recipients__address__in=addresses)
    rows = of_leads.exclude(contact=contact).values_list("pk", "template_id").distinct()
    return [template_id for _pk, template_id in rows]
