"""A letter to several people, each with one of their own: nobody sees the others, and fields are filled in for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership
from crm.models import Contact, LeadContact
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from outbox.queueing import check_letter, store_letter
from outbox.requests import LetterRequest
from outbox.suppression import marks_of

MOST = 50  # letters; more than that is a mailing
_WAYS = {"contact": "pk__in", "company": "company__in", "lead": "leads__in", "customer": "customers__in"}


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person, at the first address that takes mail."""

    contact_id: int
    address: str
    lead_id: int | None


@dataclass(frozen=True, slots=True)
class Addressees:
    """Who gets a letter, and the names of those who get none: without an address, or with none that takes mail."""

    people: Sequence[Addressee]
    left_out: Sequence[str]


def addressees_of(kind: str, cards: QuerySet[Any]) -> Addressees:
    """The people of these cards, each once; `kind` is one of crm.models.CARDS. Raises LetterRefused for too many."""
    ids = list(cards.order_by().values_list("pk", flat=True))
    contacts = Contact.objects.filter(**{_WAYS[kind]: ids}).distinct().order_by("name", "id")
    found = list(contacts.prefetch_related("emails")[: MOST + 1])
    if len(found) > MOST:
        raise LetterRefused("to", _("At most %(most)d people at once. Choose fewer.") % {"most": MOST})
    refused = marks_of(row.email for contact in found for row in contact.emails.all())
    leads = _leads_of(found, ids) if kind == "lead" else {}
    people, left_out = [], []
    for contact in found:
        address = next((row.email for row in contact.emails.all() if row.email_key not in refused), "")
        if address:
            people.append(Addressee(contact.pk, address, leads.get(contact.pk)))
        else:
            left_out.append(contact.name)
    return Addressees(people, left_out)


def write_to_each(member: Membership, request: LetterRequest, people: Sequence[Addressee]) -> list[OutgoingMail]:
    """Queue them all or none, with `to` and the cards of each. Raises NotFound, LetterRefused."""
    letters = [
        check_letter(member, replace(request, to=[one.address], contact_id=one.contact_id, lead_id=one.lead_id))
        for one in people
    ]
    if not letters:
        raise LetterRefused("to", _("None of them has an address that takes mail."))
    with transaction.atomic():
        return [store_letter(member, letter) for letter in letters]


def _leads_of(contacts: Sequence[Contact], lead_ids: Sequence[int]) -> dict[int, int]:
    """The lead that somebody is written to about: the newest of the chosen ones."""
    rows = LeadContact.objects.filter(contact__in=contacts, lead__in=lead_ids).order_by("lead_id")
    return dict(rows.values_list("contact_id", "lead_id"))
