"""A trigger that is in use is deleted with its places, or not at all; a template only when nothing sends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from automation.errors import TriggerInUse
from automation.models import StageAction, Trigger
from automation.places import Place
from automation.triggers import create_trigger, delete_trigger, used_in, values_of
from crm.models import Stage
from letter_templates.errors import TemplateInUse, ValueRefused
from letter_templates.models import Template
from letter_templates.services import delete_template
from letter_templates.trigger_choice import TriggerChoice, read_choice
from pages.models import Page
from tests.automation.letters import make_link, make_trigger
from tests.automation.stages import make_action, make_template
from tracking.models import TriggerLink


@pytest.mark.rule("M17")
def test_it_names_its_places_and_is_taken_out_of_them(in_account: Account, alice: Membership) -> None:
    used, other = make_trigger(alice, "note", "Used", text="x"), make_trigger(alice, "note", "Other", text="x")
    choice = TriggerChoice(opened=(used.pk, other.pk), not_opened=(used.pk,), not_opened_after=90)
    template = make_template(alice, triggers=choice)
    link = make_link(alice, other, used)
    page = Page.objects.create(number=3, name="Offer page", on_open=[used.pk])
    places = [
        Place("template", template.pk, "Offer"),
        Place("link", link.pk, "Read the offer"),
        Place("page", page.pk, "Offer page"),
    ]
    assert used_in(used) == places
    with pytest.raises(TriggerInUse) as refused:
        delete_trigger(alice, used)
    assert refused.value.places == tuple(places)
    delete_trigger(alice, used, everywhere=True)
    assert read_choice(Template.objects.get(pk=template.pk).triggers) == TriggerChoice(opened=(other.pk,))
    assert TriggerLink.objects.get().triggers == [other.pk]
    assert Page.objects.get().on_open == []
    assert list(Trigger.objects.all()) == [other]


@pytest.mark.rule("M17")
def test_only_administrators_and_each_number_once(in_account: Account, alice: Membership, bob: Membership) -> None:
    first = make_trigger(alice, "note", text="x")
    with pytest.raises(NotAllowed):
        delete_trigger(bob, first)
    with pytest.raises(NotAllowed):
        create_trigger(bob, values_of(first))
    chosen = create_trigger(alice, replace(values_of(first), name="Chosen"), number=1000)
    assert (chosen.number, make_trigger(alice, "note", text="y").number) == (1000, 1001)
    with pytest.raises(ValueRefused) as refused:
        create_trigger(alice, values_of(first), number=1000)
    assert refused.value.field == "number"


@pytest.mark.rule("M17", "M30", "M69")
def test_a_template_stays_while_a_stage_or_a_trigger_sends_it(
    alice: Membership, bob: Membership, stages: list[Stage]
) -> None:
    offer = make_template(bob)
    action = make_action(alice, stages[1], offer)
    sender = make_trigger(alice, "mail", "Offer again", template=offer.pk)
    with pytest.raises(TemplateInUse) as refused:
        delete_template(bob, offer.pk)
    assert refused.value.places == ("stage “Qualified”", "trigger “Offer again”")
    assert StageAction.objects.get() == action
    action.delete()
    delete_trigger(alice, sender)
    delete_template(bob, offer.pk)
    assert not Template.objects.exists()
