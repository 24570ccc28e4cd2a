"""Leads as cards: with the steps of their pipeline and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.models import Lead, Pipeline, Stage

STAGE_TONES = ("slate", "blue", "violet", "amber")  # by the stage's place in its pipeline


@dataclass(frozen=True)
class Step:
    """`state` is done, now or "" for what is still to come."""

    name: str
    state: str


@dataclass(frozen=True)
class LeadCard:
    lead: Lead
    tone: str
    steps: Sequence[Step]
    step_number: int
    other_stages: Sequence[Stage]


def tone_of(stage: Stage) -> str:
    if stage.kind != Stage.Kind.OPEN:
        return "green" if stage.kind == Stage.Kind.WON else "red"
    return tone_of_place(stage.position)


def tone_of_place(position: int) -> str:
    """Of an open stage."""
    return STAGE_TONES[min(position, len(STAGE_TONES) - 1)]


def cards_of(leads: Iterable[Lead]) -> list[LeadCard]:
    """All pipelines in two queries, however many leads."""
    rows = list(leads)
    if not rows:
        return []
    pipelines = Pipeline.objects.prefetch_related("stages").in_bulk({lead.stage.pipeline_id for lead in rows})
    return [_card(lead, list(pipelines[lead.stage.pipeline_id].stages.all())) for lead in rows]


def _card(lead: Lead, stages: Sequence[Stage]) -> LeadCard:
    open_ones = [stage for stage in stages if stage.kind == Stage.Kind.OPEN]
    place = next((number for number, stage in enumerate(open_ones) if stage.pk == lead.stage_id), len(open_ones))
    steps = [Step(stage.name, _state(number, place)) for number, stage in enumerate(open_ones)]
    others = [stage for stage in stages if stage.pk != lead.stage_id]
    return LeadCard(lead, tone_of(lead.stage), steps, min(place + 1, len(open_ones)), others)


def _state(number: int, place: int) -> str:
    if number < place:
        return "done"
    return "now" if number == place else ""
