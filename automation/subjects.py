"""The cards that a run is about. Which lead a letter means, and what there is to say when it means none (M67)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Account, Membership
from automation.models import Run
from automation.outcomes import Outcome, skipped
from automation.reasons import Reason
from crm.models import Card, Company, Contact, Customer, Lead, Stage
from letter_templates.fields import Cards
from outbox.models import OutgoingMail


class Ended(Exception):
    """The run can go no further: an outcome, raised so that each step of an action may end it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(slots=True)
class Subject:
    """What an action works on. The rows are as they were when the run was taken up."""

    account: Account
    now: datetime
    contact: Contact | None = None
    lead: Lead | None = None
    company: Company | None = None
    customer: Customer | None = None
    mail: OutgoingMail | None = None
    member: Membership | None = None  # in whose name
    depth: int = 0
    event: str = ""  # one of Run.Event
    happened_at: datetime | None = None  # that

    @property
    def responsible(self) -> Membership | None:
        """Of the lead, else of the contact, as far as they still work here."""
        for card in (self.lead, self.contact, self.company, self.customer):
            if card and card.responsible and card.responsible.is_active:
                return card.responsible
        return None


def subject_of(run: Run, account: Account, now: datetime) -> Subject:
    facts = run.facts
    return Subject(
        account=account,
        now=now,
        contact=run.contact,
        lead=run.lead,
        company=Company.objects.filter(pk=facts["company"]).first() if "company" in facts else None,
        customer=Customer.objects.filter(pk=facts["customer"]).first() if "customer" in facts else None,
        mail=run.mail,
        member=run.member,
        depth=run.depth,
        event=run.event,
        happened_at=run.happened_at,
    )


def lead_of(subject: Subject) -> Lead:
    """The lead of the letter, else the one open lead of its contact. Raises Ended."""
    if subject.lead is not None:
        return subject.lead
    if subject.contact is None and subject.company is None:
        raise Ended(skipped(Reason.NO_LEAD))
    whose = Q(contacts=subject.contact) if subject.contact else Q(company=subject.company)
    found = list(Lead.objects.filter(whose, stage__kind=Stage.Kind.OPEN).order_by("pk").distinct()[:2])
    if len(found) > 1:
        raise Ended(skipped(Reason.SEVERAL_LEADS))
    if not found:
        raise Ended(skipped(Reason.NO_LEAD))
    return found[0]


def contact_of(subject: Subject) -> Contact:
    """The one that the letter went to, else the first of its lead. Raises Ended."""
    found = subject.contact or (subject.lead.contacts.order_by("name", "id").first() if subject.lead else None)
    if found is None:
        raise Ended(skipped(Reason.NO_CONTACT))
    return found


def company_of(subject: Subject) -> Company:
    """Of the contact, else of the lead. Raises Ended."""
    contact, lead = subject.contact, subject.lead
    found = subject.company or (contact.company if contact else None) or (lead.company if lead else None)
    if found is None:
        raise Ended(skipped(Reason.NO_COMPANY))
    return found


def customer_of(subject: Subject) -> Customer:
    """The first of the contact. Raises Ended."""
    contact = subject.contact
    found = subject.customer or (contact.customers.order_by("name", "id").first() if contact else None)
    if found is None:
        raise Ended(skipped(Reason.NO_CUSTOMER))
    return found


_GETTERS: Mapping[str, Callable[[Subject], Card]] = {
    "lead": lead_of,
    "contact": contact_of,
    "company": company_of,
    "customer": customer_of,
}


def card_of(subject: Subject, entity: str) -> Card:
    """The card of this kind. Raises Ended."""
    return _GETTERS[entity](subject)


def main_card(subject: Subject) -> Card:
    """Where a task or a note goes: the lead, else the contact, else whatever the page was for. Raises Ended."""
    try:
        return lead_of(subject)
    except Ended:
        card = subject.contact or subject.company or subject.customer
        if card is None:
            raise Ended(skipped(Reason.NO_CONTACT)) from None
        return card


def cards_for_fields(subject: Subject) -> Cards:
    """Whose merge fields stand in texts."""
    contact, lead = subject.contact, subject.lead
    company = subject.company or (contact.company if contact else None) or (lead.company if lead else None)
    customer = subject.customer or (contact.customers.order_by("name", "id").first() if contact else None)
    return Cards(contact=contact, company=company, lead=lead, customer=customer)
