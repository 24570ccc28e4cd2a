"""What a trigger would do to a card, found out by doing it and taking everything back (M60-M72)."""

from __future__ import annotations

import zoneinfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from automation.access import check_mailer
from automation.models import Trigger
from automation.outcomes import Outcome
from automation.running import act
from automation.subjects import Subject
from crm.models import Card, Company, Contact, Customer, Lead


def dry_run(member: Membership, trigger: Trigger, card: Card) -> Outcome:
    """As if a letter of this member to the card had just led to it. Nothing is written and nothing is sent; ids in the
    outcome name nothing. A trigger that is switched off is tried all the same. Raises NotAllowed.
    """
    check_mailer(member)
    with transaction.atomic(), timezone.override(zoneinfo.ZoneInfo(member.account.timezone)):
        outcome = act(trigger, _subject(member, card))
        transaction.set_rollback(True)
    return outcome


def _subject(member: Membership, card: Card) -> Subject:
    subject = Subject(account=member.account, now=timezone.now(), member=member)
    if isinstance(card, Contact):
        subject.contact = card
    elif isinstance(card, Lead):
        subject.lead = card
    elif isinstance(card, Company):
        subject.company = card
    elif isinstance(card, Customer):
        subject.customer = card
    return subject
