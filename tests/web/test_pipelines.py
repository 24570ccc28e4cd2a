"""Settings, Pipelines: for administrators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.leads import LeadValues, create_lead
from crm.models import Lead, Pipeline, Stage
from crm.pipelines import create_pipeline

SignIn = Callable[[Membership], Client]


@pytest.fixture
def pipeline(in_account: Account) -> Pipeline:
    return create_pipeline("Sales")


def test_a_pipeline_is_made_renamed_put_first_and_deleted(
    signed_in: SignIn, alice: Membership, pipeline: Pipeline
) -> None:
    client = signed_in(alice)
    client.post(reverse("pipelines"), {"name": "Wholesale"})
    made = Pipeline.objects.get(name="Wholesale")
    client.post(reverse("pipeline", args=[made.pk]), {"name": "Trade"})
    client.post(reverse("pipeline_shift", args=[made.pk]), {"to": "up"})
    page = client.get(reverse("pipelines")).content.decode()
    assert page.index("Trade") < page.index("Sales")
    client.post(reverse("pipeline_delete", args=[made.pk]))
    assert list(Pipeline.objects.all()) == [pipeline]


def test_stages_are_added_changed_and_put_in_order(signed_in: SignIn, alice: Membership, pipeline: Pipeline) -> None:
    client, first = signed_in(alice), pipeline.stages.all()[0]
    client.post(reverse("stage_create", args=[pipeline.pk]), {"name": "Audit", "kind": "open"})
    added = Stage.objects.get(name="Audit")
    client.post(reverse("stage", args=[added.pk]), {"name": "Check", "kind": "lost"})
    client.post(reverse("stage_shift", args=[first.pk]), {"to": "down"})
    assert list(pipeline.stages.values_list("name", "kind"))[1:2] == [(first.name, "open")]
    assert ("Check", "lost") in list(pipeline.stages.values_list("name", "kind"))


def test_leads_are_asked_about_before_their_stage_goes(
    signed_in: SignIn, alice: Membership, pipeline: Pipeline
) -> None:
    first, second, *_ = pipeline.stages.all()
    create_lead(LeadValues("40 licences", stage=first))
    client, url = signed_in(alice), reverse("stage_delete", args=[first.pk])
    assert "choose where they go" in client.get(reverse("stage", args=[first.pk])).content.decode()
    client.post(url)
    assert Lead.objects.get().stage == first
    client.post(url, {"move_to": second.pk})
    assert Lead.objects.get().stage == second
    assert not Stage.objects.filter(pk=first.pk).exists()


def test_what_is_refused_stays_typed(signed_in: SignIn, alice: Membership, pipeline: Pipeline) -> None:
    for url in (reverse("pipelines"), reverse("stage_create", args=[pipeline.pk])):
        answer = signed_in(alice).post(url, {"name": "", "kind": "won"})
        assert answer.status_code == 422
        assert "This field is required" in answer.content.decode()


@pytest.mark.rule("G10", "G11")
def test_others_do_not_come_here(signed_in: SignIn, bob: Membership, charlie: Membership, pipeline: Pipeline) -> None:
    stage = pipeline.stages.all()[0]
    places = [reverse("pipelines"), reverse("pipeline", args=[pipeline.pk]), reverse("stage", args=[stage.pk])]
    assert [signed_in(bob).get(url).status_code for url in places] == [403, 403, 403]
    assert "Sales" not in signed_in(charlie).get(reverse("pipeline", args=[pipeline.pk])).content.decode()
    assert [signed_in(charlie).get(url).status_code for url in places[1:]] == [404, 404]
    assert signed_in(charlie).post(reverse("stage_delete", args=[stage.pk])).status_code == 404
