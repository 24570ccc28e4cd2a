"""Settings, Pipelines, a stage: what it sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from automation.models import StageAction
from crm.custom_fields import FieldValues, create_field
from crm.models import CustomField, Stage, Tag
from crm.pipelines import create_pipeline
from letter_templates.models import Template
from letter_templates.services import TemplateFields, create_template

SignIn = Callable[[Membership], Client]


@pytest.fixture
def alice_page(alice: Membership, signed_in: SignIn) -> Client:
    return signed_in(alice)


@pytest.fixture
def stage(in_account: Account) -> Stage:
    return create_pipeline("Sales").stages.get(name="Qualified")


@pytest.fixture
def offer(in_account: Account, alice: Membership) -> Template:
    return create_template(alice, TemplateFields("Offer", body="<p>Hi</p>"))


@pytest.fixture
def colour(in_account: Account, alice: Membership) -> CustomField:
    return create_field(alice, FieldValues("lead", "Colour", "multilist", options=("red", "blue")))


def typed(offer: Template, *conditions: tuple[str, str, str], **changed: Any) -> dict[str, Any]:
    subjects, ops, values = zip(*conditions, strict=True) if conditions else ([], [], [])
    lines = {"conditions_subject": subjects, "conditions_op": ops, "conditions_value": values}
    common = {"on": "moved", "template": offer.pk, "delay_count": "2", "delay_unit": "days", "is_active": "on"}
    return {**common, **lines, **changed}


@pytest.mark.rule("M30", "M31")
def test_step_is_added_and_read_back_in_words(
    alice_page: Client, stage: Stage, offer: Template, colour: CustomField
) -> None:
    Tag.objects.create(name="vip")
    url = f"/settings/stages/{stage.pk}/letters/"
    lines = [("lead:tag", "has", "VIP"), (f"lead:{colour.number}", "contains", "Red"), ("", "", "")]
    assert alice_page.post(url, typed(offer, *lines, together="1")).status_code == 302
    action = StageAction.objects.get()
    assert (action.on, action.delay_seconds, action.together, action.cancel_on_leave) == ("moved", 172_800, True, False)
    page = alice_page.get(f"/settings/stages/{stage.pk}/").content.decode()
    for words in ("2 days later", "One letter to all contacts", "has the tag “vip”", "Colour contains “red”"):
        assert words in page
    form = alice_page.get(f"/settings/stage-letters/{action.pk}/").content.decode()
    assert all('href="/settings/pipelines/" aria-current="page"' in shown for shown in (page, form))
    assert 'value="red"' in form


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("lead:tag", "has", "nobody"), "There is no tag"),
        (("lead:999", "filled", ""), "Choose the field"),
        (("lead:tag", "", "vip"), "Choose whether the card has the tag"),
    ],
)
def test_condition_that_makes_no_sense_is_said_at_it(
    alice_page: Client, stage: Stage, offer: Template, line: tuple[str, str, str], words: str
) -> None:
    Tag.objects.create(name="vip")
    answer = alice_page.post(f"/settings/stages/{stage.pk}/letters/", typed(offer, line))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not StageAction.objects.exists()


def test_steps_are_moved_by_button_and_by_drag_and_deleted(alice_page: Client, stage: Stage, offer: Template) -> None:
    for _number in range(3):
        alice_page.post(f"/settings/stages/{stage.pk}/letters/", typed(offer))
    first, second, third = StageAction.objects.order_by("position")
    alice_page.post(f"/settings/stage-letters/{third.pk}/place/", {"to": "up"})
    assert list(StageAction.objects.order_by("position")) == [first, third, second]
    alice_page.post(f"/settings/stage-letters/{first.pk}/place/?place=2")
    assert list(StageAction.objects.order_by("position")) == [third, second, first]
    assert alice_page.post(f"/settings/stage-letters/{second.pk}/delete/").status_code == 302
    assert list(StageAction.objects.order_by("position").values_list("position", flat=True)) == [0, 1]


@pytest.mark.rule("M01", "M17")
def test_only_administrators_and_only_with_the_mailer(
    alice_page: Client, signed_in: SignIn, bob: Membership, stage: Stage, offer: Template
) -> None:
    alice_page.post(f"/settings/stages/{stage.pk}/letters/", typed(offer))
    action = StageAction.objects.get()
    Account.objects.filter(pk=bob.account.pk).update(mailer_enabled=False)
    assert "The Mailer is switched off" in alice_page.get(f"/settings/stages/{stage.pk}/").content.decode()
    assert alice_page.get(f"/settings/stages/{stage.pk}/letters/").status_code == 403
    Account.objects.filter(pk=bob.account.pk).update(mailer_enabled=True)
    other = signed_in(bob)
    with tenant(bob.account_id):
        Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    for path in (f"/settings/stages/{stage.pk}/letters/", f"/settings/stage-letters/{action.pk}/"):
        assert other.get(path).status_code == 403
