"""A seller's day, through every process: a stranger writes and gets a card, the seller is told twice and answers, and
the lead that comes of it goes its way.
"""

from __future__ import annotations

import re
import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from playwright.sync_api import Page, expect

from crm_mail.embedded.demo_people import COLLEAGUES, CORRESPONDENTS, CORRESPONDENTS_PASSWORD, Correspondent
from tests.flows.waiting import eventually
from tests.servers.instance import Instance

pytestmark = [pytest.mark.e2e, pytest.mark.flow]
SELLER = COLLEAGUES[0]
STRANGERS = iter(CORRESPONDENTS[3::2])  # without a card; another one each time, should it be run again
SUBJECT = "Shelves for a new office"
PATIENCE_MS = 60_000


@pytest.mark.rule("R11", "R12", "R14", "E01")
def test_a_sales_day(signed_in: Page, instance: Instance, no_errors: list[str]) -> None:
    page, stranger = signed_in, next(STRANGERS)
    group = f"Sellers for {stranger.company}"
    make_group(page, instance, group)
    set_up_mailbox(page, instance, group)
    write_as(stranger, instance)
    sync_now(page, instance)
    read_notices(page, stranger)
    answer(page, stranger)
    lead_id = lead_of(stranger, page, instance)
    move_and_plan(page, f"{instance.url}/leads/{lead_id}/", stranger)


def make_group(page: Page, instance: Instance, name: str) -> None:
    page.goto(f"{instance.url}/settings/groups/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("checkbox", name=SELLER.name).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Groups")).to_be_visible()


def set_up_mailbox(page: Page, instance: Instance, group: str) -> None:
    """New people get a card, its manager is told, and our reply makes a lead."""
    own = eventually(lambda: imported_mailbox(page, instance), because="an import is silent")
    page.goto(f"{instance.url}/settings/mailboxes/{own}/inbox/")
    page.get_by_label("Create customer if not found").check()
    page.get_by_label("Group of managers").select_option(group)
    page.get_by_label("Notify manager").check()
    page.get_by_label("Create a lead when we reply to a client").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")


def imported_mailbox(page: Page, instance: Instance) -> str:
    """The number of the seller's own, "" until its first import is done."""
    mailboxes = page.request.get(f"{instance.url}/api/v1/mailboxes/").json()["results"]
    own = next(mailbox for mailbox in mailboxes if mailbox["address"] == SELLER.email)
    return str(own["id"]) if own["state"] == "synced" else ""


def write_as(stranger: Correspondent, instance: Instance) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = f"{stranger.name} <{stranger.email}>", SELLER.email
    letter["Subject"], letter["Message-ID"] = SUBJECT, make_msgid(domain="client.example")
    letter.set_content("What would thirty metres of them cost?")
    with smtplib.SMTP("127.0.0.1", instance.smtp_port, timeout=20) as client:
        client.login(stranger.email, CORRESPONDENTS_PASSWORD)
        client.send_message(letter)


def sync_now(page: Page, instance: Instance) -> None:
    page.goto(f"{instance.url}/settings/mailboxes/")
    page.locator("article", has_text=SELLER.email).get_by_role("button", name="Sync now").click()
    expect(page.locator(".toast")).to_contain_text("Asking")


def read_notices(page: Page, stranger: Correspondent) -> None:
    """First of the new customer, then of the letter; the newest stands first."""
    bell = page.get_by_role("navigation", name="Main").get_by_role("link", name="Notices")
    expect(bell).to_contain_text("2", timeout=PATIENCE_MS)
    bell.click()
    words = re.compile(f"A new customer is yours: {stranger.email}|wrote: “{SUBJECT}”")
    told = page.locator("#notice-list li").filter(has_text=words)
    expect(told.nth(1)).to_contain_text("A new customer is yours", timeout=PATIENCE_MS)
    expect(told.first).to_contain_text("wrote:")


def answer(page: Page, stranger: Correspondent) -> None:
    """The letter stands in the Inbox, its writer's card beside it."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^Mail")).click()
    page.locator(".row a", has_text=SUBJECT).first.click()
    expect(page.locator("#client")).to_contain_text(stranger.email)
    expect(page.frame_locator("iframe").last.locator("body")).not_to_be_empty()
    page.get_by_role("button", name="Reply", exact=True).last.click()
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("About 900 euros.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")


def lead_of(stranger: Correspondent, page: Page, instance: Instance) -> str:
    """By the other face, with the same session: made when the letter is out."""

    def made() -> str:
        leads = page.request.get(f"{instance.url}/api/v1/leads/").json()["results"]
        return next((lead["id"] for lead in leads if lead["name"] == stranger.email), "")

    return eventually(made, because="our reply makes a lead")


def move_and_plan(page: Page, lead_url: str, stranger: Correspondent) -> None:
    page.goto(lead_url)
    timeline = page.locator("#timeline")
    expect(timeline.get_by_role("link", name=re.compile(SUBJECT)).first).to_be_visible()
    page.get_by_role("button", name=f"Move to another stage: {stranger.email}").click()
    page.get_by_role("button", name="Qualified", exact=True).click()
    expect(page.locator(".lead-stage .cluster").get_by_text("Qualified").first).to_be_visible()
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)
    page.get_by_text("Add a task").click()
    page.get_by_label("What is to be done").fill("Measure the rooms")
    page.get_by_role("button", name="Next Monday").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".task-tick")).to_contain_text("Measure the rooms")
    page.get_by_role("textbox", name="Note").fill("Wants oak")
    page.get_by_role("button", name="Add the note").click()
    expect(timeline.get_by_text("Wants oak")).to_be_visible()
