"""Pipelines and their stages: create, change, put in order. Deleting them: crm.pipeline_removal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.language import account_language
from crm.errors import ValueRefused
from crm.models import Lead, Pipeline, Stage

Row = TypeVar("Row", Pipeline, Stage)

# Stored in the account's language.
STAGES = (
    (pgettext_lazy("stage", "New"), Stage.Kind.OPEN),
    (pgettext_lazy("stage", "Qualified"), Stage.Kind.OPEN),
    (pgettext_lazy("stage", "Offer sent"), Stage.Kind.OPEN),
)
ENDS = ((pgettext_lazy("stage", "Won"), Stage.Kind.WON), (pgettext_lazy("stage", "Lost"), Stage.Kind.LOST))


@transaction.atomic
def create_pipeline(name: str, stages: Sequence[tuple[str | Promise, str]] = STAGES + ENDS) -> Pipeline:
    """A pipeline with its stages (name and kind)."""
    if not name.strip():
        raise ValueRefused("name", _("Enter the pipeline's name."))
    pipeline = Pipeline.objects.create(name=name.strip(), position=Pipeline.objects.count())
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=str(stage), kind=kind, position=position)
        for position, (stage, kind) in enumerate(stages)
    )
    return pipeline


@transaction.atomic
def change_pipeline(pipeline: Pipeline, *, name: str, position: int) -> Pipeline:
    """Raises ValueRefused."""
    if not name.strip():
        raise ValueRefused("name", _("Enter the pipeline's name."))
    pipeline.name = name.strip()
    pipeline.save(update_fields=["name"])
    _put(list(Pipeline.objects.select_for_update()), pipeline, position)
    return pipeline


@dataclass(frozen=True, slots=True)
class StageValues:
    """A stage as typed, whole. `position` is its place from 0; without one it comes last."""

    pipeline: Pipeline
    name: str
    position: int | None = None
    kind: str = Stage.Kind.OPEN


@transaction.atomic
def write_stage(values: StageValues, stage: Stage | None = None) -> Stage:
    """Create, or change the given one. Raises ValueRefused."""
    if not values.name.strip():
        raise ValueRefused("name", _("Enter the stage's name."))
    stage = stage or Stage()
    stage.pipeline, stage.name, stage.kind = values.pipeline, values.name.strip(), values.kind
    stage.position = values.pipeline.stages.count()
    stage.save()
    _close_leads(stage)
    if values.position is not None:
        _put(_stages_beside(stage), stage, values.position)
    return stage


def _close_leads(stage: Stage) -> None:
    """Its kind may be another one now: then its leads were closed when they came here, or are open again."""
    leads = Lead.objects.filter(stage=stage)
    if stage.kind == Stage.Kind.OPEN:
        leads.exclude(closed_at=None).update(closed_at=None)
    else:
        leads.filter(closed_at=None).update(closed_at=F("stage_since"))


def default_stage() -> Stage:
    """Where a new lead stands: the first stage of the first pipeline, which is made when there is none."""
    return first_stage(Pipeline.objects.first() or _first_pipeline())


def _first_pipeline() -> Pipeline:
    with account_language():
        return create_pipeline(_("Sales"))


def first_stage(pipeline: Pipeline) -> Stage:
    """Raises ValueRefused when somebody deleted them all."""
    stage = pipeline.stages.first()
    if stage is None:
        raise ValueRefused("stage", _("This pipeline has no stages. Add one first."))
    return stage


@transaction.atomic
def shift_pipeline(pipeline: Pipeline, step: int) -> None:
    """So many places down; up, if negative. At the end it stays there."""
    rows = list(Pipeline.objects.select_for_update())
    _put(rows, pipeline, rows.index(pipeline) + step)


@transaction.atomic
def shift_stage(stage: Stage, step: int) -> None:
    """The same within its pipeline."""
    rows = _stages_beside(stage)
    _put(rows, stage, rows.index(stage) + step)


def _stages_beside(stage: Stage) -> list[Stage]:
    return list(Stage.objects.select_for_update().filter(pipeline=stage.pipeline_id))


def _put(rows: list[Row], row: Row, place: int) -> None:
    """All are numbered anew, so that each has a place of its own."""
    rows.remove(row)
    rows.insert(max(0, place), row)
    for position, each in enumerate(rows):
        each.position = position
    type(row)._default_manager.bulk_update(rows, ["position"])  # noqa: SLF001  (Django's documented door)
