"""Triggers and switches are chosen while writing, kept with the draft, and go out with the letter (M17, M47)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from automation.models import Trigger
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from letter_templates.trigger_choice import TriggerChoice
from outbox.models import Draft
from tests.e2e.composing import expect_saved, start_letter
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tracking.models import TriggerLink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def call(in_account: Account) -> Trigger:
    """The first of two."""
    Trigger.objects.create(number=2, name="Wait a little", type="note", settings={"text": "x"})
    return Trigger.objects.create(number=1, name="Call the client", type="note", settings={"text": "x"})


def event(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


@pytest.mark.rule("M17")
@pytest.mark.usefixtures("no_errors")
def test_triggers_of_a_letter_are_chosen_kept_and_taken_off(page: Page, inbox: str, call: Trigger) -> None:
    page.goto(inbox)
    start_letter(page)
    page.get_by_role("button", name="Triggers").click()
    event(page, "When it is sent").get_by_label("Add a trigger").select_option(label="Call the client")
    waiting = event(page, "When nobody opens it within")
    waiting.get_by_label("Time").fill("90")
    waiting.get_by_label("Unit").select_option(label="minutes")
    waiting.get_by_label("Add a trigger").select_option(label="Call the client")
    waiting.get_by_label("Add a trigger").select_option(label="Wait a little")
    waiting.get_by_role("button", name="Remove Wait a little").click()
    expect(page.get_by_label("See opens")).to_be_checked()
    page.get_by_label("See clicks").uncheck()
    expect_saved(page)
    expect(page.locator("[data-acts-count]")).to_have_text("2")
    assert_accessible(page)
    draft = Draft.objects.get()
    assert draft.triggers == {"sent": [call.pk], "not_opened": {"after_seconds": 5400, "triggers": [call.pk]}}
    assert (draft.track_opens, draft.track_links) == (None, False)
    page.reload()
    page.get_by_role("button", name="Triggers").click()
    expect(waiting.get_by_label("Time")).to_have_value("90")
    expect(page.get_by_label("See clicks")).not_to_be_checked()


UNSEEN = "only a trigger link that is followed tells that a letter was opened"


@pytest.mark.rule("M61", "M62")
@pytest.mark.usefixtures("no_errors", "call")
def test_who_waits_for_what_nobody_can_tell_is_warned(page: Page, inbox: str) -> None:
    page.goto(inbox)
    start_letter(page)
    page.get_by_role("button", name="Triggers").click()
    event(page, "When it is opened").get_by_label("Add a trigger").select_option(label="Call the client")
    expect(page.get_by_text(UNSEEN)).to_be_hidden()
    page.get_by_label("Format", exact=True).select_option("text")
    expect(page.get_by_text(UNSEEN)).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Format", exact=True).select_option("visual")
    expect(page.get_by_text(UNSEEN)).to_be_hidden()
    for switch in ("See opens", "See clicks"):
        page.get_by_label(switch).uncheck()
    expect(page.get_by_text(UNSEEN)).to_be_visible()
    page.get_by_role("button", name="Remove Call the client").click()
    expect(page.get_by_text(UNSEEN)).to_be_hidden()


@pytest.mark.rule("M61", "M62")
@pytest.mark.usefixtures("no_errors")
def test_a_template_of_plain_text_warns_too(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, call: Trigger
) -> None:
    waits = TriggerChoice(not_opened=(call.pk,))
    template = create_template(alice, TemplateFields("Offer", format="text", body="Hi", triggers=waits))
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/templates/{template.pk}/")
    expect(page.get_by_text(UNSEEN)).to_be_visible()


@pytest.mark.rule("M47")
@pytest.mark.usefixtures("no_errors")
def test_template_keeps_triggers_and_a_button_that_starts_them(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, call: Trigger
) -> None:
    TriggerLink.objects.create(number=8, name="Call me back", triggers=[call.pk])
    template = create_template(alice, TemplateFields("Offer", body="<p>Hi</p>"))
    sign_in(alice)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/settings/templates/{template.pk}/")
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    event(page, "When it is opened").get_by_label("Add a trigger").select_option(label="Call the client")
    page.get_by_role("button", name="Insert field").click()
    page.locator("[data-place='{triggerlink:8}']").click()
    assert_not_wider_than_window(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    expect(event(page, "When it is opened").locator(".token")).to_contain_text("Call the client")
    saved = Template.objects.get()
    assert saved.triggers == {"opened": [call.pk]}
    assert "{triggerlink:8}" in saved.body
    assert "Call me back" in saved.body


@pytest.mark.rule("M01")
def test_nobody_without_the_mailer_sees_them(page: Page, inbox: str, alice: Membership, call: Trigger) -> None:
    Account.objects.filter(pk=alice.account.pk).update(mailer_enabled=False)
    page.goto(inbox)
    start_letter(page)
    expect(page.get_by_role("button", name="Triggers")).to_have_count(0)
