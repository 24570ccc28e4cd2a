"""Trigger links in letters, the ready-made set, and a trigger that is tried on a card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from automation.models import StageAction, Trigger
from crm.contacts import ContactValues, create_contact
from crm.models import Stage
from crm.pipelines import create_pipeline
from crm.task_types import list_types
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tracking.models import TriggerLink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in, there is a pipeline; the address of the list."""
    create_pipeline("Sales")
    list_types()
    sign_in(alice)
    return f"{live_server.url}/settings/mailer/triggers/"


@pytest.mark.rule("M81")
@pytest.mark.usefixtures("no_errors")
def test_a_trigger_link_becomes_a_button_of_a_letter(page: Page, start: str, alice: Membership) -> None:
    TriggerLink.objects.create(number=8, name="Link to the offer")
    template = create_template(alice, TemplateFields("Offer", subject="Offer"))
    page.goto(start.replace("mailer/triggers/", f"templates/{template.pk}/"))
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    page.get_by_role("textbox", name="Text of the letter").click()
    page.locator("[data-open-box='button']").click()
    page.get_by_label("Button", exact=True).last.fill("See the offer")
    page.get_by_label("Address of the button").fill("{triggerlink:8}")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    template.refresh_from_db()
    assert 'href="{triggerlink:8}"' in template.body
    assert "See the offer" in template.body


@pytest.mark.rule("M73")
@pytest.mark.usefixtures("no_errors")
def test_the_ready_made_set_is_added_in_one_click(page: Page, start: str) -> None:
    page.goto(start)
    page.get_by_role("link", name="Add the offer scenario").first.click()
    expect(page.get_by_label("Send the offer to leads that come into")).to_have_value(
        str(Stage.objects.get(name="Qualified").pk)
    )
    expect(page.locator("#offer-pieces")).to_contain_text("is there already")
    assert_accessible(page)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".toast")).to_contain_text("The scenario is there.")
    assert StageAction.objects.get().template == Template.objects.get(name="Offer")
    assert Trigger.objects.count() == 4


@pytest.mark.usefixtures("no_errors")
def test_a_trigger_is_tried_on_a_card_from_a_phone(page: Page, start: str, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    note = Trigger.objects.create(number=5, name="Note it " * 12, type="note", settings={"text": "Opened"})
    page.set_viewport_size(PHONE)
    page.goto(start)
    assert_not_wider_than_window(page)
    page.get_by_role("switch").uncheck()
    expect(page.locator(".trigger-rows .is-off")).to_be_visible()
    page.goto(f"{start}{note.pk}/")
    page.get_by_placeholder("A contact or a lead").fill("Ana")
    page.get_by_role("option", name="Ana Morales").click()
    expect(page.locator("#dry-answer")).to_contain_text("It would do this: A note on the card.")
    assert_not_wider_than_window(page)
    assert_accessible(page)
    note.refresh_from_db()
    assert not note.is_active


@pytest.mark.usefixtures("no_errors")
def test_the_card_is_chosen_by_keys_alone(page: Page, start: str) -> None:
    for name in ("Morales", "Moreno"):
        create_contact(ContactValues("Ana", name, [f"{name}@client.example"]))
    note = Trigger.objects.create(number=5, name="Note it", type="note", settings={"text": "Opened"})
    page.goto(f"{start}{note.pk}/")
    find = page.get_by_role("combobox", name="A contact or a lead")
    find.press_sequentially("Ana")
    options = page.get_by_role("listbox", name="Contacts and leads").get_by_role("option")
    expect(options).to_have_count(2)
    expect(find).to_have_attribute("aria-expanded", "true")
    find.press("ArrowDown")
    expect(find).to_have_attribute("aria-activedescendant", "dry-card-1")
    find.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    find.press("Escape")
    expect(options).to_have_count(0)
    find.press_sequentially(" Moreno")
    expect(options).to_have_count(1)
    find.press("ArrowDown")
    find.press("Enter")
    expect(page.locator("#dry-answer")).to_contain_text("It would do this: A note on the card.")
    expect(find).to_have_value("Ana Moreno")
    expect(find).to_be_focused()
    expect(find).to_have_attribute("aria-expanded", "false")
