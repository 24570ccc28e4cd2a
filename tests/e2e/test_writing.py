"""Writing and answering letters in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.services import ContactValues, create_contact
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.e2e.conftest import SignInBrowser
from tests.e2e.looks import assert_accessible
from tests.threads.builders import SALES, Mail, Post

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inbox(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    in_account: Account,
    make_mailbox: MakeMailbox,
) -> str:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer"))
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    sign_in(alice)
    return f"{live_server.url}/mail/inbox/"


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Send")).click()


@pytest.mark.rule("M20")
def test_an_answer_goes_into_the_queue_and_can_be_undone(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    page.get_by_role("button", name="Reply", exact=True).last.click()
    expect(page.locator("[data-line=to] .token")).to_contain_text("Anna Petrova")
    expect(page.get_by_label("Subject")).to_have_value("Re: Offer")
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("Thank you")
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    expect(page.get_by_text("Waiting to be sent")).to_be_visible()
    mail = OutgoingMail.objects.get()
    assert mail.state == OutgoingMail.State.QUEUED
    assert "<p>Thank you</p>" in mail.html
    assert "Anna Petrova" in mail.html  # the letter answered is quoted
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox", name="Text of the letter")).to_contain_text("Thank you")
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.CANCELED


def test_what_is_typed_survives_a_refusal_and_a_reload(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.keyboard.press("c")
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("ana")
    page.get_by_role("option", name=re.compile("Ana Morales")).click()
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("nobody,")
    page.get_by_label("Subject").fill("Hello")
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("Dear Ana")
    send(page)
    expect(page.locator("#compose-errors")).to_contain_text("“nobody”")
    expect(page.locator(".compose-saved")).to_have_text("Kept on this device")
    page.reload()
    expect(page.get_by_role("textbox", name="Text of the letter")).to_have_text("Dear Ana")
    expect(page.get_by_label("Subject")).to_have_value("Hello")
    expect(page.locator("[data-line=to] .token")).to_have_count(2)


def test_a_file_goes_with_the_letter(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(f"{inbox}?compose=ana@client.example")
    expect(page.locator("[data-line=to] .token")).to_have_count(1)
    page.locator("[data-files]").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"plan"})
    expect(page.locator(".drop .token[data-upload]")).to_contain_text("plan.txt")
    page.get_by_role("textbox", name="Text of the letter").press_sequentially("See the plan")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert [part.upload.filename for part in OutgoingMail.objects.get().attachments.all()] == ["plan.txt"]


def test_signing_in_again_elsewhere_loses_nothing(
    page: Page, inbox: str, context: BrowserContext, alice: Membership, sign_in: SignInBrowser
) -> None:
    page.goto(f"{inbox}?compose=ana@client.example")
    text = page.get_by_role("textbox", name="Text of the letter")
    text.press_sequentially("Dear Ana")
    context.clear_cookies()
    send(page)
    expect(page.get_by_text("You have been signed out")).to_be_visible()
    expect(text).to_have_text("Dear Ana")
    sign_in(alice)
    send(page)
    expect(page.locator("#toasts")).to_contain_text("Send it once more")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
