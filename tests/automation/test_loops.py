"""Letters that would go round in a circle are refused when they are saved, whatever is saved last (M98)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Membership
from automation.errors import CycleFound
from automation.links import LinkValues, change_link, create_link
from automation.models import Trigger
from automation.triggers import TriggerValues, change_trigger, values_of
from crm.models import Stage
from letter_templates.models import Template
from letter_templates.requests import fields_of
from letter_templates.services import save_template
from letter_templates.trigger_choice import TriggerChoice
from tests.automation.letters import make_trigger
from tests.automation.stages import make_action, make_template

pytestmark = pytest.mark.rule("M98", "G08")


def choose(alice: Membership, template: Template, **triggers: Any) -> None:
    save_template(alice, template.pk, replace(fields_of(template), triggers=TriggerChoice(**triggers)))


def test_a_template_that_sends_itself(alice: Membership, stages: list[Stage]) -> None:
    offer = make_template(alice)
    again = make_trigger(alice, "mail", "Repeat email", template=offer.pk)
    with pytest.raises(CycleFound) as found:
        choose(alice, offer, not_opened=(again.pk,))
    assert found.value.path == ("Offer", "Letter not opened: Repeat email", "Offer")
    assert found.value.template_id == offer.pk
    assert Template.objects.get(pk=offer.pk).triggers == {}


def test_a_trigger_that_closes_a_longer_circle(alice: Membership, stages: list[Stage]) -> None:
    offer, reminder, other = (make_template(alice, name) for name in ("Offer", "Reminder", "Other"))
    remind = make_trigger(alice, "mail", "Remind", template=reminder.pk)
    closing = make_trigger(alice, "mail", "Closing", template=other.pk)
    choose(alice, offer, opened=(remind.pk,))
    choose(alice, reminder, sent=(closing.pk,))
    with pytest.raises(CycleFound) as found:
        change_trigger(alice, closing, replace(values_of(closing), settings={"template": offer.pk}, is_active=False))
    assert found.value.path == ("Offer", "Letter opened: Remind", "Reminder", "Letter sent: Closing", "Offer")
    assert Trigger.objects.get(pk=closing.pk).settings == {"template": other.pk}


@pytest.mark.parametrize("code", ["{triggerlink:%d}", "%%7Btriggerlink%%3A%d%%7D"])
def test_a_link_in_the_text_closes_it(alice: Membership, stages: list[Stage], code: str) -> None:
    offer = make_template(alice)
    link = create_link(alice, LinkValues("Ask for it again"))
    body = f'<p><a href="{code % link.number}">Again</a></p>'
    save_template(alice, offer.pk, replace(fields_of(offer), body=body))
    again = make_trigger(alice, "mail", "Repeat email", template=offer.pk)
    with pytest.raises(CycleFound) as found:
        change_link(alice, link, LinkValues("Ask for it again", triggers=(again.pk,)))
    assert found.value.path == ("Offer", "Ask for it again", "Link followed: Repeat email", "Offer")


def test_a_stage_on_the_way_closes_it(alice: Membership, stages: list[Stage]) -> None:
    offer = make_template(alice)
    move = make_trigger(alice, "stage", "Move", stage=stages[1].pk)
    choose(alice, offer, opened=(move.pk,))
    with pytest.raises(CycleFound) as found:
        make_action(alice, stages[1], offer)
    assert found.value.template_id == offer.pk
    make_action(alice, stages[1], offer, on="created")  # nobody is moved into it


def test_a_copy_is_the_way_out(alice: Membership, stages: list[Stage]) -> None:
    offer, copy = make_template(alice), make_template(alice, "Offer, reminder")
    again = make_trigger(alice, "mail", "Repeat email", template=copy.pk)
    choose(alice, offer, not_opened=(again.pk,))
    change_trigger(alice, again, TriggerValues("Repeat it", "mail", {"template": copy.pk}, delay_seconds=5))
