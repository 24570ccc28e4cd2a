"""Pipelines and stages: their order, and where the leads go when one is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Account, AuditEvent, Membership
from crm.errors import StillInUse, ValueRefused
from crm.leads import LeadValues, create_lead
from crm.models import CardEvent, Lead, Pipeline, Stage
from crm.pipeline_removal import delete_pipeline, delete_stage
from crm.pipelines import StageValues, create_pipeline, default_stage, shift_pipeline, shift_stage, write_stage
from crm.signals import lead_moved

USUAL = ["New", "Qualified", "Offer sent", "Won", "Lost"]


@pytest.fixture
def pipeline(in_account: Account) -> Pipeline:
    return create_pipeline("Sales")


@pytest.fixture
def news(in_account: Account) -> Iterator[list[dict[str, Any]]]:
    """What the rooms above hear of leads."""
    heard: list[dict[str, Any]] = []

    def hear(lead_id: int, from_stage: int | None, to_stage: int, kind: str, **_kwargs: object) -> None:
        heard.append({"lead": lead_id, "from": from_stage, "to": to_stage, "kind": kind})

    lead_moved.connect(hear)
    yield heard
    lead_moved.disconnect(hear)


def names(pipeline: Pipeline) -> list[str]:
    return list(Stage.objects.filter(pipeline=pipeline).values_list("name", flat=True))


def test_stages_change_places(pipeline: Pipeline) -> None:
    new, qualified, *_ = pipeline.stages.all()
    shift_stage(qualified, -1)
    assert names(pipeline)[:2] == ["Qualified", "New"]
    shift_stage(qualified, -1)
    shift_stage(new, 10)
    assert names(pipeline) == ["Qualified", "Offer sent", "Won", "Lost", "New"]
    write_stage(StageValues(pipeline, "Audit", position=1))
    assert names(pipeline)[:3] == ["Qualified", "Audit", "Offer sent"]
    assert list(pipeline.stages.values_list("position", flat=True)) == [0, 1, 2, 3, 4, 5]


def test_new_leads_begin_in_the_first_pipeline(pipeline: Pipeline) -> None:
    other = create_pipeline("Wholesale")
    assert default_stage().pipeline == pipeline
    shift_pipeline(other, -1)
    assert default_stage().pipeline == other


@pytest.mark.rule("G12")
def test_leads_of_a_deleted_stage_go_where_it_is_said(pipeline: Pipeline, alice: Membership) -> None:
    new, qualified, *_ = pipeline.stages.all()
    lead = create_lead(LeadValues("40 licences", stage=new))
    with pytest.raises(StillInUse):
        delete_stage(alice, new)
    with pytest.raises(ValueRefused):
        delete_stage(alice, new, move_to=new)
    delete_stage(alice, new, move_to=qualified)
    assert Lead.objects.get().stage == qualified
    assert CardEvent.objects.get(lead=lead, kind="moved").facts == {"from": "New", "to": "Qualified"}
    assert AuditEvent.objects.filter(action="stage.deleted", actor=alice).exists()


def test_a_pipeline_keeps_a_stage(pipeline: Pipeline, alice: Membership) -> None:
    first, *others = pipeline.stages.all()
    for stage in others:
        delete_stage(alice, stage)
    with pytest.raises(StillInUse):
        delete_stage(alice, first)


def test_leads_of_a_deleted_pipeline_go_where_it_is_said(pipeline: Pipeline, alice: Membership) -> None:
    other = create_pipeline("Wholesale")
    for stage in pipeline.stages.all():
        create_lead(LeadValues(stage.name, stage=stage))
    with pytest.raises(StillInUse):
        delete_pipeline(alice, pipeline)
    target = other.stages.all()[1]
    delete_pipeline(alice, pipeline, move_to=target)
    assert (list(Pipeline.objects.all()), target.leads.count()) == ([other], len(USUAL))


@pytest.mark.rule("G15")
def test_the_rooms_above_hear_of_new_and_moved_leads_but_not_of_imported_ones(
    pipeline: Pipeline,
    alice: Membership,
    news: list[dict[str, Any]],
    django_capture_on_commit_callbacks: Any,  # noqa: ANN401  (pytest-django's)
) -> None:
    new, qualified, *_ = pipeline.stages.all()
    first, second = new.pk, qualified.pk
    with django_capture_on_commit_callbacks(execute=True):
        lead = create_lead(LeadValues("40 licences", stage=new))
        create_lead(LeadValues("Old", stage=new), how="import")
        delete_stage(alice, new, move_to=qualified)
    assert news[0] == {"lead": lead.pk, "from": None, "to": first, "kind": "created"}
    assert {"lead": lead.pk, "from": first, "to": second, "kind": "moved"} in news
    assert len(news) == 3
