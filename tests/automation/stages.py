"""What the tests of stage actions begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import Membership
from automation.models import Run, StageAction
from automation.stage_actions import StageActionValues, create_stage_action
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead, Stage
from letter_templates.models import Template
from letter_templates.services import TemplateFields, create_template
from outbox.models import OutgoingMail


def make_template(member: Membership, name: str = "Offer", **fields: Any) -> Template:
    return create_template(member, TemplateFields(name, subject=name, body="<p>Dear {{ contact.name }}</p>", **fields))


def make_action(member: Membership, stage: Stage, template: Template, **values: Any) -> StageAction:
    return create_stage_action(member, StageActionValues(stage, template, **values))


def make_person(name: str, *addresses: str) -> Contact:
    return create_contact(ContactValues(first_name=name, emails=list(addresses)))


def make_lead(stage: Stage, *contacts: Contact, name: str = "Boat", **values: Any) -> Lead:
    return create_lead(LeadValues(name, stage=stage, contacts=contacts, **values))


def runs() -> Sequence[Run]:
    return list(Run.objects.order_by("id"))


def sent_to() -> list[list[str]]:
    """Of each letter, whom it goes to."""
    letters = OutgoingMail.objects.order_by("id").prefetch_related("recipients")
    return [[one.address for one in letter.recipients.all()] for letter in letters]
