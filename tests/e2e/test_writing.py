"""Writing and answering letters in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Account, Membership
from outbox.models import Draft, OutgoingMail
from tests.conftest import MakeMailbox
from tests.e2e.composing import send, start_letter, text_of
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("M20", "G04")
def test_an_answer_goes_into_the_queue_and_can_be_undone(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    page.get_by_role("button", name="Reply", exact=True).last.click()
    expect(page.locator("[data-line=to] .token")).to_contain_text("Anna Petrova")
    expect(page.get_by_label("Subject")).to_have_value("Re: Offer")
    text_of(page).press_sequentially("Thank you")
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    expect(page.get_by_text("Waiting to be sent")).to_be_visible()
    mail = OutgoingMail.objects.get()
    assert mail.state == OutgoingMail.State.QUEUED
    assert "<p>Thank you</p>" in mail.html
    assert "Anna Petrova" in mail.quote_html
    page.get_by_role("button", name="Undo").click()
    expect(text_of(page)).to_contain_text("Thank you")
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.CANCELED
    assert Draft.objects.get().mail_id is None


def test_what_is_typed_survives_a_refusal_and_a_reload(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.keyboard.press("c")
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("ana")
    page.get_by_role("option", name=re.compile("Ana Morales")).click()
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("nobody,")
    page.get_by_label("Subject").fill("Hello")
    text_of(page).press_sequentially("Dear Ana")
    send(page)
    expect(page.locator("#compose-errors")).to_contain_text("“nobody”")
    page.reload()
    expect(text_of(page)).to_have_text("Dear Ana")
    expect(page.get_by_label("Subject")).to_have_value("Hello")
    expect(page.locator("[data-line=to] .token")).to_have_count(2)


def test_signing_in_again_elsewhere_loses_nothing(
    page: Page, inbox: str, context: BrowserContext, alice: Membership, sign_in: SignInBrowser
) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Dear Ana")
    page.get_by_label("Subject").fill("Hello")
    context.clear_cookies()
    send(page)
    expect(page.get_by_text("You have been signed out")).to_be_visible()
    expect(text_of(page)).to_have_text("Dear Ana")
    sign_in(alice)
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert "Dear Ana" in OutgoingMail.objects.get().html


def test_somebody_else_signed_in_gets_nothing_of_it(
    page: Page, inbox: str, bob: Membership, sign_in: SignInBrowser, in_account: Account
) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Dear Ana")
    page.get_by_label("Subject").fill("Hello")
    sign_in(bob)
    send(page)
    expect(page.locator("#compose-errors")).to_contain_text("signed in as somebody else")
    assert not Draft.objects.filter(author=bob).exists()


@pytest.mark.rule("M11", "M13")
def test_senders_copies_and_a_time_are_chosen(
    page: Page, inbox: str, alice: Membership, make_mailbox: MakeMailbox, no_errors: list[str]
) -> None:
    make_mailbox("alice@acme.example", owner=alice)
    page.goto(inbox)
    start_letter(page).press_sequentially("Dear Ana")
    page.get_by_label("From").select_option(label="Alice Archer · sales@acme.example")
    page.get_by_role("button", name="Cc Bcc").click()
    page.get_by_role("combobox", name="Cc", exact=True).press_sequentially('"Doe, Ann" <ann@client.example>;')
    page.get_by_role("combobox", name="Bcc", exact=True).press_sequentially("boss@acme.example,")
    page.get_by_label("Subject").fill("Hello")
    page.get_by_role("button", name="Send later").click()
    page.get_by_role("button", name=re.compile("Tomorrow morning")).click()
    send(page)
    expect(page.locator("#toasts")).to_contain_text("It goes out")
    mail = OutgoingMail.objects.get()
    assert mail.mailbox.address == "sales@acme.example"
    assert (mail.due_at.hour, mail.due_at.minute) == (8, 0)
    people = set(mail.recipients.values_list("kind", "name", "address"))
    assert people == {
        ("to", "", "ana@client.example"),
        ("cc", "Doe Ann", "ann@client.example"),
        ("bcc", "", "boss@acme.example"),
    }


def test_it_asks_before_sending_without_a_subject_or_a_file(page: Page, inbox: str) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Файл прилагаю")
    send(page)
    expect(page.get_by_role("heading", name="Send without a subject?")).to_be_visible()
    page.get_by_role("button", name="Send anyway").click()
    expect(page.get_by_role("heading", name="Send without a file?")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    assert not OutgoingMail.objects.exists()
    send(page)
    page.get_by_role("button", name="Send anyway").click()
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")


LINES_FIT = "lines => lines.every(line => line.scrollHeight <= line.clientHeight + 1)"


@pytest.mark.rule("M13")
def test_fifty_recipients_stay_in_their_lines(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    start_letter(page, ", ".join(f"person{number}@client.example" for number in range(50)))
    expect(page.locator("[data-line=to] .token")).to_have_count(50)
    assert page.locator(".line:visible").evaluate_all(LINES_FIT)
    assert page.locator("#compose [type=submit]").is_visible()
    page.set_viewport_size(PHONE)
    assert page.locator(".line:visible").evaluate_all(LINES_FIT)


@pytest.mark.rule("M12")
def test_a_name_and_enter_take_the_person_that_is_suggested_first(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    page.locator("[data-compose]:visible").first.click()
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("mora")
    expect(page.get_by_role("option", name="Ana Morales")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[data-line=to] .token")).to_have_attribute("title", "ana@client.example")


def test_from_the_subject_the_next_field_is_the_text(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    text = start_letter(page)
    page.get_by_label("Subject").fill("Plan")
    page.keyboard.press("Tab")
    expect(text).to_be_focused()
