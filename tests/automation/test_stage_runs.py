"""Leads that come into a stage start its actions, each once; those that leave it take them along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from automation.models import Run
from automation.reasons import Reason
from automation.stage_runs import start_runs
from crm.leads import LeadValues, create_lead, move_lead, move_leads
from crm.models import Lead, Stage
from crm.pipeline_removal import delete_stage
from tests.automation.stages import make_action, make_lead, make_template, runs

DAY = 86_400


@pytest.mark.rule("M30")
@pytest.mark.parametrize(
    ("on", "started"), [("created", ["created"]), ("moved", ["moved"]), ("both", ["created", "moved"])]
)
def test_action_starts_when_a_lead_is_created_or_moved_as_it_says(
    alice: Membership, stages: list[Stage], on: str, started: list[str]
) -> None:
    make_action(alice, stages[1], make_template(alice), on=on)
    make_lead(stages[1])
    move_lead(make_lead(stages[0]), stages[1])
    assert [run.event for run in runs()] == started


@pytest.mark.rule("G15")
def test_imported_lead_and_stage_without_actions_start_nothing(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    make_action(alice, stages[1], make_template(alice), is_active=False)
    create_lead(LeadValues("Boat", stage=stages[1]), how="import")
    move_lead(make_lead(stages[0]), stages[2])
    assert not runs()


@pytest.mark.rule("M30")
def test_deleting_a_stage_writes_to_nobody(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    lead = make_lead(stages[0])
    delete_stage(alice, stages[0], move_to=stages[1])
    lead.refresh_from_db()
    assert lead.stage == stages[1]
    assert not runs()


def test_run_says_what_it_is_and_waits_for_its_delay(alice: Membership, stages: list[Stage]) -> None:
    action = make_action(alice, stages[1], make_template(alice), delay_seconds=DAY)
    lead = make_lead(stages[1])
    (run,) = runs()
    assert (run.stage_action, run.lead, run.action_key, run.action_name) == (action, lead, f"s{action.pk}", "Offer")
    assert run.due_at - run.happened_at == timedelta(days=1)


def test_move_that_is_told_twice_starts_once(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    lead = make_lead(stages[1])
    start_runs([lead.pk], stages[1].pk, lead.stage_since, "created")
    assert len(runs()) == 1
    for stage in (stages[0], stages[1]):
        move_lead(lead, stage)
    assert len(runs()) == 2, "coming back is another time"


def test_thousand_leads_are_one_statement_more_than_one(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice), delay_seconds=60)
    make_action(alice, stages[1], make_template(alice, "Second"), delay_seconds=120)
    Lead.objects.bulk_create(Lead(name="Boat", stage=stages[0]) for _ in range(300))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        move_leads(Lead.objects.all(), stages[1])
    assert Run.objects.count() == 600
    assert len([one for one in asked if "automation_run" in one["sql"] and "INSERT" in one["sql"]]) == 1


@pytest.mark.rule("M33")
def test_lead_that_leaves_takes_along_what_waits_unless_the_action_says_otherwise(
    alice: Membership, stages: list[Stage]
) -> None:
    make_action(alice, stages[1], make_template(alice, "Offer"), delay_seconds=DAY)
    make_action(alice, stages[1], make_template(alice, "Survey"), delay_seconds=DAY, cancel_on_leave=False)
    lead, stays = make_lead(stages[1]), make_lead(stages[1])
    move_lead(lead, stages[2])
    offer, survey = Run.objects.filter(lead=lead).order_by("id")
    assert (offer.state, offer.reason) == (Run.State.SKIPPED, Reason.LEFT_STAGE)
    assert survey.state == Run.State.WAITING
    assert {run.state for run in Run.objects.filter(lead=stays)} == {Run.State.WAITING}
