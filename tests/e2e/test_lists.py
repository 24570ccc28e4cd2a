"""Lists of cards and the page of tasks in the browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact, Task
from crm.tags import tags_of
from crm.task_types import list_types
from crm.tasks import TaskValues, create_task
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
PEOPLE = ("Ana Morales", "Ben Stone", "Cleo Park")


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, in_account: Account) -> str:
    """Bob is signed in, and there are three contacts; the address of the site."""
    for name in PEOPLE:
        first, last = name.split()
        create_contact(
            ContactValues(first, last, [f"{first.lower()}@client.example"], tags=["vip"] * (first != "Cleo"))
        )
    sign_in(bob)
    return live_server.url


def test_ticked_contacts_are_tagged_and_deleted(page: Page, start: str) -> None:
    page.goto(f"{start}/contacts/")
    page.get_by_text("Filter", exact=True).click()
    page.locator("#list-filter [name=tag]").fill("vip")
    page.locator("#list-filter [name=tag]").press("Tab")
    expect(page.get_by_role("link", name="Cleo Park")).to_have_count(0)
    expect(page).to_have_url(re.compile("[?&]tag=vip"))
    page.get_by_role("checkbox", name="Choose Ana Morales").check()
    page.get_by_role("checkbox", name="Choose Ben Stone").check()
    expect(page.get_by_role("group", name="Chosen cards")).to_contain_text("2 chosen")
    page.get_by_role("button", name="Tags").click()
    page.get_by_role("dialog").get_by_label("Tags").fill("spring, summer")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.locator(".toast")).to_contain_text("2 cards changed")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".card-line").first).to_contain_text("summer")
    assert tags_of(Contact.objects.get(first_name="Ben")) == ["spring", "summer", "vip"]
    page.get_by_role("checkbox", name="Choose Ana Morales").check()
    page.get_by_role("button", name="Choose all that the list has").click()
    expect(page.get_by_role("group", name="Chosen cards")).to_contain_text("All 2 cards chosen")
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").get_by_label("Type the number").fill("2")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing found")).to_be_visible()
    assert [one.name for one in Contact.objects.all()] == ["Cleo Park"]


def test_a_task_is_opened_changed_and_ticked_off_by_keys(page: Page, start: str, bob: Membership) -> None:
    ana = Contact.objects.get(first_name="Ana")
    for text, days in (("Late", -1), ("Far", 5)):
        at = timezone.now() + timedelta(days=days)
        create_task(ana, TaskValues(list_types()[0], at, text, bob), member=bob)
    page.goto(f"{start}/tasks/")
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Tasks")).to_contain_text("1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Tomorrow").click()
    dialog.get_by_label("What is to be done").fill("Nearer")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Tomorrow")).to_be_visible()
    expect(page.locator("#tasks")).to_contain_text("Nearer")
    page.keyboard.press("Escape")
    page.locator("[data-open]").first.focus()
    with page.expect_response("**/tasks/?*"):  # news draw the list anew, and the keys stay where they are
        page.evaluate("htmx.trigger(document.body, 'live-task')")
    expect(page.get_by_role("button", name="Call: Late", exact=True)).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("#tasks")).not_to_contain_text("Late")
    expect(page.get_by_role("button", name="Call: Nearer", exact=True)).to_be_focused()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#tasks")).to_contain_text("Late")
    assert Task.objects.to_do().count() == 2


def test_tasks_are_one_touch_away_on_the_phone(page: Page, start: str, bob: Membership) -> None:
    ana = Contact.objects.get(first_name="Ana")
    create_task(ana, TaskValues(list_types()[0], timezone.now() - timedelta(days=1), "Call", bob), member=bob)
    page.set_viewport_size(PHONE)
    page.goto(f"{start}/contacts/")
    sections = page.get_by_role("navigation", name="Sections")
    tab = sections.get_by_role("link", name="Tasks")
    expect(tab).to_contain_text("1")
    tab.click()
    page.locator("#tasks").get_by_role("button", name=re.compile("Done")).click()
    expect(tab).not_to_contain_text("1")
    sections.get_by_role("button", name="You").click()
    expect(page.locator("#me").get_by_role("link", name="Settings")).to_be_visible()


@pytest.mark.parametrize(
    ("window", "scheme"),
    [(DESKTOP, "dark"), (PHONE, "dark"), (ViewportSize(width=320, height=700), "light")],
    ids=["desk", "phone", "narrow"],
)
def test_screens_are_accessible_and_fit(
    page: Page, start: str, bob: Membership, window: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    ana = Contact.objects.get(first_name="Ana")
    create_task(ana, TaskValues(list_types()[0], timezone.now() - timedelta(days=1), "Call " * 60, bob), member=bob)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(window)
    for path in ("contacts/?tag=vip", "leads/", "tasks/"):
        page.goto(f"{start}/{path}")
        if path.startswith("contacts"):
            page.get_by_role("checkbox", name="Choose Ana Morales").check()
        assert_accessible(page)
        assert_not_wider_than_window(page)
