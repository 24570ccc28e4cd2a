"""Circles that do not lie open: by leads that are created, and by other spellings (M98)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import Membership
from automation.errors import CycleFound
from automation.links import LinkValues, change_link, create_link
from crm.models import Stage
from letter_templates.requests import fields_of
from letter_templates.services import save_template
from tests.automation.letters import make_trigger
from tests.automation.stages import make_action, make_template
from tests.automation.test_loops import choose

pytestmark = pytest.mark.rule("M98", "G08")


@pytest.mark.parametrize("on", ["created", "both"])
def test_a_lead_that_is_created_in_a_stage_closes_it(alice: Membership, stages: list[Stage], on: str) -> None:
    offer = make_template(alice)
    new_lead = make_trigger(alice, "lead", "New lead", name="", stage=stages[0].pk)
    choose(alice, offer, sent=(new_lead.pk,))
    with pytest.raises(CycleFound) as found:
        make_action(alice, stages[0], offer, on=on)
    assert found.value.template_id == offer.pk


def test_whatever_is_saved_last(alice: Membership, stages: list[Stage]) -> None:
    offer = make_template(alice)
    make_action(alice, stages[0], offer, on="created")
    new_lead = make_trigger(alice, "lead", "New lead", name="", stage=stages[0].pk)
    with pytest.raises(CycleFound) as found:
        choose(alice, offer, sent=(new_lead.pk,))
    assert found.value.path[1:] == ("Letter sent: New lead", "stage “New”", "Lead created in the stage: Offer")


def test_moved_and_created_are_two_things(alice: Membership, stages: list[Stage]) -> None:
    offer = make_template(alice)
    new_lead = make_trigger(alice, "lead", "New lead", name="", stage=stages[0].pk)
    move = make_trigger(alice, "stage", "Move", stage=stages[1].pk)
    choose(alice, offer, sent=(new_lead.pk, move.pk))
    make_action(alice, stages[0], offer, on="moved")
    make_action(alice, stages[1], offer, on="created")


def test_a_word_in_capitals_is_the_same_word(alice: Membership, stages: list[Stage]) -> None:
    offer = make_template(alice)
    link = create_link(alice, LinkValues("Again"))
    body = f"Once more: {{TRIGGERLINK:{link.number}}}"
    save_template(alice, offer.pk, replace(fields_of(offer), format="text", body=body))
    again = make_trigger(alice, "mail", "Repeat email", template=offer.pk)
    with pytest.raises(CycleFound):
        change_link(alice, link, LinkValues("Again", triggers=(again.pk,)))
