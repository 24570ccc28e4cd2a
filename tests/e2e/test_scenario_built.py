"""The offer scenario is built on the screens from nothing: triggers, a link, the letters that name them, and the stage
that sends the first one (M73).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from automation.models import StageAction, Trigger
from crm.models import Stage
from crm.pipelines import create_pipeline
from crm.task_types import list_types
from letter_templates.models import Template
from tests.e2e.conftest import SignInBrowser
from tests.e2e.looks import assert_accessible
from tracking.models import TriggerLink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TRIGGERS, TEMPLATES = "/settings/mailer/triggers/", "/settings/templates/"


@pytest.fixture
def site(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in, there is a pipeline; the address of the site."""
    create_pipeline("Sales")
    list_types()
    sign_in(alice)
    return str(live_server.url)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_have_text("Saved.")


def add_trigger(page: Page, site: str, kind: str, name: str) -> None:
    """The form of a new trigger, with its kind and name."""
    page.goto(site + TRIGGERS)
    page.get_by_role("link", name="Add a trigger", exact=True).first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_text(kind, exact=True).click()


def add_stage_trigger(page: Page, site: str, stage: str) -> None:
    add_trigger(page, site, "Change stage or pipeline", f"Change stage to {stage}")
    page.get_by_label("The lead goes to").select_option(label=stage)
    expect(page.locator("#trigger-says")).to_have_text(f"Moves the lead to “{stage}” in Sales.")
    save(page)


def add_template(page: Page, site: str, name: str, words: str) -> None:
    """Stays on it, with the words written."""
    page.goto(site + TEMPLATES)
    page.get_by_role("link", name="Add a template").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    page.get_by_label("Subject").fill(name)
    page.get_by_role("textbox", name="Text of the letter").click()
    page.keyboard.type(words)


def event(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def choose(page: Page, at: str, trigger: str) -> None:
    event(page, at).get_by_label("Add a trigger").select_option(label=trigger)


@pytest.mark.rule("M65", "M67", "M69", "M80")
@pytest.mark.rule("M30", "M47", "M62", "M73")
@pytest.mark.usefixtures("no_errors")
def test_the_scenario_is_built_from_nothing(page: Page, site: str) -> None:
    page.goto(site + TRIGGERS)
    expect(page.get_by_text("Nothing happens by itself yet")).to_be_visible()
    assert_accessible(page)
    add_stage_trigger(page, site, "Offer sent")
    add_stage_trigger(page, site, "Won")
    add_trigger(page, site, "Set a task", "Set task")
    page.get_by_label("What is to be done").fill("Call the client")
    expect(page.locator("#trigger-says")).to_contain_text("Sets the task “Call the client”")
    save(page)
    add_the_link(page, site)
    add_template(page, site, "Offer, reminder", "Have you seen it? ")
    save(page)
    add_trigger(page, site, "Send a letter", "Resend email")
    page.get_by_label("Template").select_option(label="Offer, reminder")
    expect(page.locator("#trigger-says")).to_contain_text("“Offer, reminder”")
    save(page)
    add_the_offer(page, site)
    let_the_stage_send_it(page, site)
    assert_built()


def add_the_link(page: Page, site: str) -> None:
    page.goto(site + TRIGGERS)
    page.get_by_role("link", name="Add a trigger link").first.click()
    page.get_by_label("Name", exact=True).fill("Link to the offer")
    page.get_by_label("Where it leads").fill("https://acme.example/offer.pdf")
    page.get_by_label("Only the first time, for each card").check()
    page.get_by_label("Trigger 1").select_option(label="Change stage to Won")
    save(page)
    page.goto(site + TRIGGERS)
    expect(page.get_by_text(f"{{triggerlink:{TriggerLink.objects.get().number}}}")).to_be_visible()
    assert_accessible(page)


def add_the_offer(page: Page, site: str) -> None:
    add_template(page, site, "Offer", "Our offer: ")
    page.get_by_role("button", name="Insert field").click()
    page.locator(f"[data-place='{{triggerlink:{TriggerLink.objects.get().number}}}']").click()
    choose(page, "When it is sent", "Change stage to Offer sent")
    choose(page, "When it is opened", "Set task")
    waiting = event(page, "When nobody opens it within")
    waiting.get_by_label("Time").fill("24")
    waiting.get_by_label("Unit").select_option(label="hours")
    choose(page, "When nobody opens it within", "Resend email")
    save(page)
    assert_accessible(page)


def let_the_stage_send_it(page: Page, site: str) -> None:
    page.goto(f"{site}/settings/stages/{Stage.objects.get(name='Qualified').pk}/")
    page.get_by_role("link", name="Add a letter").first.click()
    page.get_by_label("What is sent").select_option(label="Offer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Letters of this stage")).to_contain_text("Offer")


def assert_built() -> None:
    triggers = {one.name: one for one in Trigger.objects.all()}
    ids = {name: one.pk for name, one in triggers.items()}
    offer, reminder = Template.objects.get(name="Offer"), Template.objects.get(name="Offer, reminder")
    assert offer.triggers == {
        "sent": [ids["Change stage to Offer sent"]],
        "opened": [ids["Set task"]],
        "not_opened": {"after_seconds": 86400, "triggers": [ids["Resend email"]]},
    }
    assert f"{{triggerlink:{TriggerLink.objects.get().number}}}" in offer.body
    assert TriggerLink.objects.get().triggers == [ids["Change stage to Won"]]
    assert triggers["Resend email"].settings == {"template": reminder.pk}
    assert not reminder.triggers
    assert (StageAction.objects.get().template, StageAction.objects.get().stage.name) == (offer, "Qualified")
