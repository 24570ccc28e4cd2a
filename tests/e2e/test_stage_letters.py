"""An administrator lets a stage send letters: what, when, to whom, and in which order (M30-M32)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from automation.models import StageAction
from crm.custom_fields import FieldValues, create_field
from crm.models import Tag
from crm.pipelines import create_pipeline
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in; the address of a stage. There are two templates, a tag and a field."""
    for name in ("Offer", "Reminder"):
        create_template(alice, TemplateFields(name, body="<p>Hi</p>"))
    Tag.objects.create(name="vip")
    create_field(alice, FieldValues("lead", "Colour", "list", options=("red", "blue")))
    create_field(alice, FieldValues("contact", "Newsletter", "switch"))
    sign_in(alice)
    stage = create_pipeline("Sales").stages.get(name="Qualified")
    return f"{live_server.url}/settings/stages/{stage.pk}/"


def add(page: Page, template: str) -> None:
    page.get_by_role("link", name="Add a letter").first.click()
    page.get_by_label("What is sent").select_option(label=template)


@pytest.mark.rule("M30", "M31", "M32")
@pytest.mark.usefixtures("no_errors")
def test_stage_gets_letters_with_conditions_in_an_order(page: Page, start: str) -> None:
    page.goto(start)
    expect(page.get_by_text("This stage sends nothing")).to_be_visible()
    add(page, "Offer")
    page.get_by_label("When a lead is moved to it").check()
    page.get_by_label("Wait before it is sent").fill("2")
    page.get_by_label("Unit").select_option(label="days")
    page.get_by_label("Condition 1: of what").select_option(label="Lead: Tag")
    page.get_by_label("Condition 1: value").fill("vip")
    page.get_by_label("Condition 2: of what").select_option(label="Contact: Newsletter")
    expect(page.get_by_label("Condition 2: value")).to_be_hidden()
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("Condition 3: of what").select_option(label="Lead: Colour")
    page.get_by_label("Condition 3: value").fill("blue")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    step = page.get_by_role("list", name="Letters of this stage").get_by_role("listitem").first
    expect(step).to_contain_text("2 days later")
    expect(step).to_contain_text(
        "Lead has the tag “vip”; Contact: Newsletter is filled in, or on; Lead: Colour is “blue”"
    )
    add(page, "Reminder")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Move Reminder up").click()
    expect(step).to_contain_text("Reminder")
    steps = page.get_by_role("list", name="Letters of this stage").get_by_role("listitem")
    with page.expect_response(re.compile(r"place/\?place=1")):
        steps.nth(0).drag_to(steps.nth(1), target_position={"x": 60, "y": 50})
    expect(step).to_contain_text("Offer")
    names = StageAction.objects.order_by("position").values_list("template__name", flat=True)
    assert list(names) == ["Offer", "Reminder"]
    assert_accessible(page)


def test_step_is_changed_and_deleted_on_a_phone(page: Page, start: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(start)
    add(page, "Offer")
    page.get_by_label("Condition 1: of what").select_option(label="Lead: Tag")
    page.get_by_label("Condition 1: value").fill("unheard of")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no tag “unheard of”.")).to_be_visible()
    page.get_by_label("Condition 1: value").fill("VIP")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("has the tag “vip”"))).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert_not_wider_than_window(page)
    page.get_by_role("link", name="Change Offer").click()
    expect(page.get_by_role("button", name="More")).to_be_visible()
    assert_not_wider_than_window(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This stage sends nothing")).to_be_visible()
