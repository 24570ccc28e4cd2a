"""A letter to several people, each with one of their own: nobody sees the others, and fields are filled in for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from crm.models import Contact, Lead, LeadContact
from outbox.errors import LetterRefused, TooManyPeople
from outbox.models import MailingRecipient, OutgoingMail
from outbox.queueing import CheckedLetter, check_for_another, check_letter, store_letter, wake
from outbox.requests import LetterRequest
from outbox.suppression import marks_of

MOST = 200  # people; more than that is a mailing, which sends evenly and can be paused (M20)
A_FEW = 20  # letters; with more of them, single letters of people go first, as before a mailing
_WAYS = {"contact": "pk__in", "company": "company__in", "lead": "leads__in", "customer": "customers__in"}

Reason = MailingRecipient.Reason


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody who is to get a letter, and the lead it is about."""

    contact_id: int
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person, at the first address that takes mail."""

    contact_id: int
    address: str
    lead_id: int | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who gets none. `reason` is a MailingRecipient.Reason: of an address, that of their first one."""

    contact_id: int
    name: str
    reason: str

    @property
    def words(self) -> str:
        return str(Reason(self.reason).label)


@dataclass(frozen=True, slots=True)
class Addressees:
    """Who gets a letter, by name, and who does not."""

    people: Sequence[Addressee]
    left_out: Sequence[LeftOut]


def people_of(kind: str, cards: QuerySet[Any]) -> list[Chosen]:
    """The people of these cards, each once; `kind` is one of crm.models.CARDS. Raises TooManyPeople."""
    ids = list(cards.order_by().values_list("pk", flat=True))
    contacts = Contact.objects.filter(**{_WAYS[kind]: ids}).distinct().order_by("name", "id")
    found = list(contacts.values_list("pk", flat=True)[: MOST + 1])
    check_count(found)
    leads = _leads_of(found, ids) if kind == "lead" else {}
    return [Chosen(contact_id, leads.get(contact_id)) for contact_id in found]


def check_count(people: Sequence[Any]) -> None:
    """Raises TooManyPeople."""
    if len(people) > MOST:
        raise TooManyPeople(MOST)


def still_there(chosen: Iterable[Chosen]) -> list[Chosen]:
    """Each once, without cards that were deleted since. Raises TooManyPeople."""
    by_contact = {one.contact_id: one for one in chosen}
    check_count(list(by_contact))
    contacts = set(Contact.objects.filter(pk__in=by_contact).values_list("pk", flat=True))
    lead_ids = {one.lead_id for one in by_contact.values() if one.lead_id}
    leads = set(Lead.objects.filter(pk__in=lead_ids).values_list("pk", flat=True)) if lead_ids else set()
    there = (one for one in by_contact.values() if one.contact_id in contacts)
    return [one if one.lead_id in leads else Chosen(one.contact_id) for one in there]


def addressees_of(chosen: Sequence[Chosen]) -> Addressees:
    """As things are now: addresses and what is known of them change while a letter is written."""
    leads = {one.contact_id: one.lead_id for one in chosen}
    found = list(Contact.objects.filter(pk__in=leads).order_by("name", "id").prefetch_related("emails"))
    marks = marks_of(row.email for contact in found for row in contact.emails.all())
    people, left_out = [], []
    for contact in found:
        addresses = list(contact.emails.all())
        good = next((row.email for row in addresses if row.email_key not in marks), "")
        if good:
            people.append(Addressee(contact.pk, good, leads[contact.pk], contact.name))
        else:
            reason = marks[addresses[0].email_key] if addresses else Reason.NO_ADDRESS
            left_out.append(LeftOut(contact.pk, contact.name, str(reason)))
    return Addressees(people, left_out)


def write_to_each(member: Membership, request: LetterRequest, people: Sequence[Addressee]) -> list[OutgoingMail]:
    """Queue them all or none, with `to` and the cards of each. Raises NotFound, NotAllowed, LetterRefused."""
    checked = check_to_each(member, request, people)
    with transaction.atomic():
        return store_to_each(member, checked)


def check_to_each(member: Membership, request: LetterRequest, people: Sequence[Addressee]) -> list[CheckedLetter]:
    """In the order of `people`. Raises as write_to_each."""
    check_count(people)
    if not people:
        raise LetterRefused("to", _("None of them has an address that takes mail."))
    requests = [replace(request, to=[one.address], contact_id=one.contact_id, lead_id=one.lead_id) for one in people]
    first = check_letter(member, requests[0])
    letters = [first, *(check_for_another(first, each) for each in requests[1:])]
    if len(letters) > A_FEW:
        for letter in letters:
            letter.mail.priority = OutgoingMail.Priority.BULK
    return letters


def store_to_each(member: Membership, letters: Sequence[CheckedLetter]) -> list[OutgoingMail]:
    """In the caller's transaction. Raises UnknownUpload, TooLarge."""
    mails = [store_letter(member, letter, wakes=False) for letter in letters]
    if mails[0].due_at <= timezone.now():
        wake(mails[0].mailbox)
    return mails


def _leads_of(contact_ids: Sequence[int], lead_ids: Sequence[int]) -> dict[int, int]:
    """The lead that somebody is written to about: the newest of the chosen ones."""
    rows = LeadContact.objects.filter(contact__in=contact_ids, lead__in=lead_ids).order_by("lead_id")
    return dict(rows.values_list("contact_id", "lead_id"))
