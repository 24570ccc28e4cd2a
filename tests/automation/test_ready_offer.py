"""The offer scenario is added as a whole, and once (M73)."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from automation.models import StageAction, Trigger
from automation.ready_made import OfferValues, add_offer, plan_offer
from crm.models import Stage
from crm.pipelines import create_pipeline
from letter_templates.errors import ValueRefused
from letter_templates.models import Template
from letter_templates.trigger_choice import read_choice
from tracking.models import TriggerLink

URL = "https://acme.example/offer.pdf"


@pytest.fixture
def stage(in_account: Account) -> Stage:
    """The one before the offer, in a pipeline that has no stages for what follows."""
    kinds = (("New", "open"), ("Qualified", "open"), ("Won", "won"))
    return create_pipeline("Sales", kinds).stages.get(name="Qualified")


@pytest.mark.rule("M73")
def test_all_of_it_is_made(alice: Membership, stage: Stage) -> None:
    made = add_offer(alice, OfferValues(stage, URL))
    names = list(Stage.objects.filter(pipeline=stage.pipeline).values_list("name", flat=True))
    assert names == ["New", "Qualified", "Offer sent", "Familiar with the offer", "Won"]
    to_sent, call, to_familiar, remind = made.triggers
    assert (to_sent.settings, to_familiar.settings) == (
        {"stage": made.sent_stage.pk},
        {"stage": made.familiar_stage.pk},
    )
    assert (remind.type, remind.settings) == ("mail", {"template": made.reminder.pk})
    choice = read_choice(made.offer.triggers)
    assert (choice.sent, choice.opened, choice.not_opened) == ((to_sent.pk,), (call.pk,), (remind.pk,))
    assert choice.not_opened_after == 24 * 3600
    assert not read_choice(made.reminder.triggers).not_opened
    assert (made.link.once, made.link.redirect_url, made.link.triggers) == (True, URL, [to_familiar.pk])
    assert f"{{triggerlink:{made.link.number}}}" in made.offer.body
    assert (made.stage_action.stage_id, made.stage_action.template_id) == (stage.pk, made.offer.pk)


@pytest.mark.rule("M73")
def test_adding_it_again_makes_nothing_twice(alice: Membership, stage: Stage) -> None:
    first = add_offer(alice, OfferValues(stage, URL))
    assert add_offer(alice, OfferValues(stage, URL)) == first
    counts = [model.objects.count() for model in (Trigger, TriggerLink, Template, StageAction)]
    assert counts == [4, 1, 2, 1]


def test_the_plan_writes_nothing(alice: Membership, stage: Stage) -> None:
    pieces = plan_offer(alice, OfferValues(stage))
    assert [piece.kind for piece in pieces].count("trigger") == 4
    assert not any(piece.is_there for piece in pieces)
    assert not Trigger.objects.exists()
    assert Stage.objects.filter(pipeline=stage.pipeline).count() == 3
    add_offer(alice, OfferValues(stage))
    assert all(piece.is_there for piece in plan_offer(alice, OfferValues(stage)))


def test_it_speaks_the_accounts_language(alice: Membership, stage: Stage) -> None:
    """Whatever the administrator reads in."""
    Account.objects.filter(pk=alice.account.pk).update(language="es")
    alice.account.refresh_from_db()
    stage.pipeline.stages.create(name="Oferta enviada", position=9)
    assert add_offer(alice, OfferValues(stage)).sent_stage.name == "Oferta enviada"


def test_the_stage_that_leads_move_to_cannot_be_the_one_that_sends(alice: Membership, stage: Stage) -> None:
    sent = add_offer(alice, OfferValues(stage)).sent_stage
    with pytest.raises(ValueRefused) as refused:
        add_offer(alice, OfferValues(sent))
    assert refused.value.field == "stage"


def test_only_administrators_add_it(alice: Membership, bob: Membership, stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        add_offer(bob, OfferValues(stage))
