"""A new user's first day, through every process: sign in, connect a mailbox, read, answer, find the answer in Sent."""

from __future__ import annotations

import imaplib
import re
from email import message_from_bytes

import pytest
from playwright.sync_api import Page, expect

from crm_mail.embedded.demo_people import ECHO, SPARE
from tests.e2e.looks import assert_accessible
from tests.flows.waiting import eventually
from tests.servers.instance import Instance

pytestmark = [pytest.mark.e2e, pytest.mark.flow]
SUBJECT = "A question about desks"
IMPORT_MS = 120_000


def sent_copies(instance: Instance, subject: str) -> list[str]:
    """Message-IDs in the Sent folder of the mail server, seen by a client of our own."""
    client = imaplib.IMAP4("127.0.0.1", instance.imap_port, timeout=20)
    client.login(SPARE.email, SPARE.mailbox_password)
    client.select("Sent", readonly=True)
    _ok, found = client.search(None, "ALL")
    raws = [client.fetch(number, "(BODY.PEEK[])")[1][0] for number in found[0].split()]
    client.logout()
    letters = [message_from_bytes(raw[1]) for raw in raws if isinstance(raw, tuple)]
    return [letter["Message-ID"] for letter in letters if letter["Subject"] == subject]


@pytest.mark.rule("K01", "K09", "M93", "G06")
def test_a_first_day(signed_in: Page, instance: Instance, no_errors: list[str]) -> None:
    page = signed_in
    connect_spare_mailbox(page, instance)
    subject = answer_newest_letter(page)
    eventually(lambda: sent_copies(instance, subject), because="the answer lies in Sent on the server")
    find_answer_in_sent(page, subject)
    sync_now(page, instance)
    assert len(sent_copies(instance, subject)) == 1
    find_answer_in_sent(page, subject)
    assert_accessible(page)


def connect_spare_mailbox(page: Page, instance: Instance) -> None:
    """Settings, Add email: tested, saved, and the letters come in while we look."""
    page.goto(f"{instance.url}/settings/mailboxes/")
    page.get_by_role("link", name="Add email").first.click()
    page.get_by_label("Email address").fill(SPARE.email)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Password", exact=True).fill(SPARE.mailbox_password)
    page.get_by_label("Shared").check()
    for protocol, port in (("IMAP", instance.imap_port), ("SMTP", instance.smtp_port)):
        page.get_by_label(f"{protocol} server").fill("localhost")
        page.get_by_label(f"{protocol} Encryption").select_option("none")
        page.get_by_label(f"{protocol} Port").fill(str(port))
    page.get_by_role("button", name="Test and connect").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"{SPARE.email} is connected")).to_be_visible(timeout=30_000)
    expect(dialog.get_by_text(re.compile(r"\d+ letters are here"))).to_be_visible(timeout=IMPORT_MS)
    assert_accessible(page)
    page.get_by_role("link", name="Go on working").click()


def answer_newest_letter(page: Page) -> str:
    """The subject of the answer, which the product gives."""
    page.get_by_role("link", name=re.compile(re.escape(SPARE.email))).first.click()
    page.locator(".row a").first.click()
    expect(page.frame_locator("iframe").last.locator("body")).not_to_be_empty()
    page.get_by_role("button", name="Reply", exact=True).last.click()
    subject = page.get_by_label("Subject").input_value()
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("Thank you, we will send it tomorrow.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    return subject


def find_answer_in_sent(page: Page, subject: str) -> None:
    page.get_by_role("link", name="Sent", exact=True).click()
    expect(page.locator(".row", has_text=subject).first).to_be_visible()


def sync_now(page: Page, instance: Instance) -> None:
    """The copy in Sent comes back by the sync, and is the letter that is here already."""
    before = last_synced_at(page, instance)
    page.goto(f"{instance.url}/settings/mailboxes/")
    page.locator("article", has_text=SPARE.email).get_by_role("button", name="Sync now").click()
    eventually(lambda: last_synced_at(page, instance) != before, because="the mailbox is synced")
    page.goto(f"{instance.url}/mail/inbox/")


def last_synced_at(page: Page, instance: Instance) -> str:
    """By the other face, with the same session."""
    mailboxes = page.request.get(f"{instance.url}/api/v1/mailboxes/").json()["results"]
    return next(str(mailbox["last_synced_at"]) for mailbox in mailboxes if mailbox["address"] == SPARE.email)


@pytest.mark.rule("K14")
def test_an_answer_of_the_customer_appears_without_a_reload(signed_in: Page, no_errors: list[str]) -> None:
    page = signed_in
    page.keyboard.press("c")
    page.get_by_role("combobox", name="To", exact=True).press_sequentially(f"{ECHO.email},")
    page.get_by_label("Subject").fill(SUBJECT)
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("How long are your desks?")
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Sent", exact=True).click()
    expect(page.locator(".row", has_text=SUBJECT).first).to_be_visible(timeout=60_000)


@pytest.mark.rule("K42", "K43")
def test_a_copy_to_a_smart_address_makes_a_lead(signed_in: Page, instance: Instance, no_errors: list[str]) -> None:
    """From a mailbox of the demo, through its mail server, to the product's own listener."""
    page, subject = signed_in, "Twelve desks for the new office"
    api = f"{instance.url}/api/v1"
    lead_address = page.request.get(f"{api}/smart-addresses/").json()["lead"]
    page.keyboard.press("c")
    page.get_by_role("combobox", name="To", exact=True).press_sequentially(f"{ECHO.email},{lead_address},")
    page.get_by_label("Subject").fill(subject)
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("Here is our offer.")
    page.keyboard.press("Control+Enter")
    eventually(
        lambda: subject in [lead["name"] for lead in page.request.get(f"{api}/leads/").json()["results"]],
        because="the listener took the letter, and a lead was made of it",
    )
