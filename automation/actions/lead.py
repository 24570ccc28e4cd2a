"""A lead for the contact that the letter went to (M70)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.actions.task import chosen_member
from automation.outcomes import Outcome, done, failed
from automation.reasons import Reason
from automation.subjects import Subject, contact_of
from automation.words import fill_in
from crm.leads import LeadValues, create_lead
from crm.models import Stage

MAX_NAME = 200


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    """Without a name it has that of the contact."""
    contact = contact_of(subject)
    stage = Stage.objects.select_related("pipeline").filter(pk=settings["stage"]).first()
    if stage is None:
        return failed(Reason.STAGE_GONE)
    name = " ".join(fill_in(settings["name"], subject).split())[:MAX_NAME] or contact.name[:MAX_NAME]
    values = LeadValues(
        name=name,
        stage=stage,
        company=contact.company,
        responsible=chosen_member(settings["responsible"], contact.responsible) or subject.responsible,
        contacts=[contact],
    )
    lead = create_lead(values, how="trigger")
    return done(card="lead", card_id=lead.pk, stage=stage.name, pipeline=stage.pipeline.name)
