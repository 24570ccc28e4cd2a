"""Deleting pipelines and stages. Leads that stand in them go to another stage first, without a word to their people."""

from __future__ import annotations

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from crm.errors import StillInUse, ValueRefused
from crm.leads import move_leads
from crm.models import Lead, Pipeline, Stage


@transaction.atomic
def delete_stage(member: Membership, stage: Stage, *, move_to: Stage | None = None) -> None:
    """Its leads go to `move_to`. Raises StillInUse when there are some and none is given, or when it is the last stage
    of its pipeline; ValueRefused when `move_to` is the stage itself.
    """
    if not Stage.objects.filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk).exists():
        raise StillInUse(_("A pipeline needs a stage. Delete the pipeline instead."))
    _move_away(member, {stage.pk}, move_to)
    record(member, "stage.deleted", target=stage)
    try:
        stage.delete()
    except ProtectedError as error:
        raise StillInUse(_("Leads stand in this stage. Say where they go.")) from error


@transaction.atomic
def delete_pipeline(member: Membership, pipeline: Pipeline, *, move_to: Stage | None = None) -> None:
    """With its stages. Raises as `delete_stage` does."""
    _move_away(member, set(pipeline.stages.values_list("pk", flat=True)), move_to)
    record(member, "pipeline.deleted", target=pipeline)
    try:
        pipeline.delete()
    except ProtectedError as error:
        raise StillInUse(_("Leads stand in this pipeline. Say where they go.")) from error


def _move_away(member: Membership, stage_ids: set[int], move_to: Stage | None) -> None:
    if move_to is None:
        return
    if move_to.pk in stage_ids:
        raise ValueRefused("move_to", _("Choose a stage that stays."))
    move_leads(Lead.objects.filter(stage__in=stage_ids), move_to, member=member, is_tidying=True)
