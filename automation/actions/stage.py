"""The lead moves to a stage, of whichever pipeline (M67)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.outcomes import Outcome, done, failed, skipped
from automation.reasons import Reason
from automation.subjects import Subject, lead_of
from crm.leads import move_lead
from crm.models import Stage


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    lead = lead_of(subject)
    stage = Stage.objects.select_related("pipeline").filter(pk=settings["stage"]).first()
    if stage is None:
        return failed(Reason.STAGE_GONE)
    names = {"stage": stage.name, "pipeline": stage.pipeline.name}
    if not move_lead(lead, stage):
        return skipped(Reason.SAME_STAGE, **names)
    return done(card="lead", card_id=lead.pk, **names)
