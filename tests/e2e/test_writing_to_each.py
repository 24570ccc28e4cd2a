"""Ticked cards are written to in the composer: a letter to each, with their own names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from letter_templates.services import TemplateFields, create_template
from outbox.models import Draft, OutgoingMail
from tests.conftest import MakeMailbox
from tests.e2e.composing import expect_saved, send, text_of
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.rule("M10", "M12"),
    pytest.mark.usefixtures("no_errors"),
]


@pytest.fixture
def contacts(
    live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> str:
    """The address of the list, with five people: one has no address."""
    make_mailbox(SALES, account_of=alice)
    for name in ("Ana", "Ben", "Cleo", "Dora"):
        create_contact(ContactValues(name, emails=[f"{name.lower()}@client.example"]))
    create_contact(ContactValues("Egon"))
    body = "<p>Dear {{ contact.first_name }}, here it is.</p>"
    create_template(alice, TemplateFields(name="Offer", subject="For {{ contact.first_name }}", body=body))
    sign_in(alice)
    return f"{live_server.url}/contacts/"


def write_to(page: Page, contacts: str, *names: str) -> None:
    page.goto(contacts)
    for name in names:
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("button", name="Write to them").click()
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()


def choose_template(page: Page) -> None:
    page.get_by_role("button", name="Template", exact=True).click()
    page.locator("#compose-templates .pop-item").get_by_text("Offer").click()
    expect(text_of(page)).to_contain_text("here it is")


def test_three_get_a_letter_of_their_own_with_template_and_file(page: Page, contacts: str) -> None:
    write_to(page, contacts, "Ana", "Ben", "Cleo", "Dora", "Egon")
    people = page.locator("[data-each]")
    expect(people).to_contain_text("To each of 4 people")
    expect(people).to_contain_text("1 is left out")
    expect(page.get_by_role("combobox", name="To", exact=True)).to_have_count(0)
    people.locator("summary").click()
    expect(people.get_by_role("listitem").filter(has_text="Egon")).to_contain_text("No address")
    assert_accessible(page)
    people.get_by_role("button", name="Leave Dora out").click()
    expect(people).to_contain_text("To each of 3 people")
    choose_template(page)
    page.locator("[data-files]").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"x"})
    expect(page.locator(".drop .token[data-upload]")).to_contain_text("plan.txt")
    page.get_by_role("button", name="Preview").click()
    facts = page.locator("#compose-shown [data-facts]")
    expect(facts).to_contain_text("For Ana")
    facts.get_by_role("button", name="The next one").click()
    expect(facts).to_contain_text("For Ben")
    expect(facts).to_contain_text("ben@client.example")
    page.locator("#compose-shown [data-close]").first.click()
    send(page)
    expect(page.locator(".toast")).to_contain_text("3 letters are on their way")
    letters = OutgoingMail.objects.order_by("pk")
    names = ("ana", "ben", "cleo")
    assert [one.recipients.get().address for one in letters] == [f"{name}@client.example" for name in names]
    assert [one.contact.first_name for one in letters if one.contact] == ["Ana", "Ben", "Cleo"]
    assert {one.attachments.get().upload.filename for one in letters} == {"plan.txt"}


@pytest.mark.rule("G04")
def test_it_is_undone_and_gone_on_with_later(page: Page, contacts: str) -> None:
    write_to(page, contacts, "Ana", "Ben")
    choose_template(page)
    send(page)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-each]")).to_contain_text("To each of 2 people")
    assert {mail.state for mail in OutgoingMail.objects.all()} == {OutgoingMail.State.CANCELED}
    text_of(page).press_sequentially("And more. ")
    expect_saved(page)
    page.locator("[data-leave-letter]").click()
    page.get_by_role("link", name="Drafts").click()
    expect(page.get_by_role("heading", name="Drafts", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="To each of 2 people").click()
    expect(text_of(page)).to_contain_text("And more.")
    page.set_viewport_size(PHONE)
    page.locator("[data-each] summary").click()
    assert_not_wider_than_window(page)
    assert Draft.objects.get().addressees.count() == 2
