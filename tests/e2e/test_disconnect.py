"""Pausing and disconnecting a mailbox in the browser, and the notes that stay on a card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from crm_mail import removing
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import ANNA, SALES, Mail, Post

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(in_account: Account) -> Contact:
    return create_contact(ContactValues(first_name="Anna", last_name="Petrova", emails=["anna@client.example"]))


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox, anna: Contact) -> Mailbox:
    """Two letters with Anna in it, and one in another mailbox."""
    made = make_mailbox(SALES, account_of=alice)
    post = Post(made)
    post.file(Mail("Offer", ANNA, SALES))
    post.file_sent(Mail("Re: Offer", SALES, ANNA))
    Post(make_mailbox("info@acme.example", account_of=alice)).file(Mail("Invoice", ANNA, "info@acme.example"))
    return made


@pytest.fixture
def settings_page(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, sales: Mailbox
) -> Page:
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/mailboxes/{sales.pk}/")
    return page


@pytest.mark.rule("K65")
def test_a_mailbox_is_paused_and_resumed(settings_page: Page, no_errors: list[str]) -> None:
    settings_page.get_by_role("button", name="Pause").click()
    expect(settings_page.locator(".toast")).to_contain_text("sales@acme.example is paused.")
    settings_page.locator("main .page-head").get_by_role("button", name="Resume").click()
    expect(settings_page.locator(".toast")).to_contain_text("sales@acme.example goes on where it was.")
    expect(settings_page.get_by_role("button", name="Pause")).to_be_visible()


@pytest.mark.rule("K64")
def test_deleting_is_confirmed_by_the_address_and_leaves_notes_on_the_card(
    settings_page: Page, live_server: LiveServer, sales: Mailbox, anna: Contact
) -> None:
    page = settings_page
    page.get_by_role("link", name="Disconnect mail").last.click()
    expect(page.get_by_text("2 letters are here.")).to_be_visible()
    typed = page.get_by_label("Type the address of the mailbox to delete its emails")
    expect(typed).to_be_hidden()
    page.get_by_text("Delete emails", exact=True).click()
    typed.fill("sales@acme")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Enter the address sales@acme.example to delete its emails.")).to_be_visible()
    expect(typed).to_have_value("sales@acme")
    typed.fill("sales@acme.example")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.locator(".toast")).to_contain_text("Its emails are being deleted.")
    assert removing.remove(sales.pk)
    page.goto(f"{live_server.url}/contacts/{anna.pk}/")
    rows = page.locator("#timeline")
    for words in ("Invoice", "An outgoing letter", "The text is only on the mail server."):
        expect(rows.get_by_text(words).first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_screens_fit_and_are_accessible(
    settings_page: Page, live_server: LiveServer, sales: Mailbox, anna: Contact, window: ViewportSize, scheme: str
) -> None:
    page = settings_page
    page.set_viewport_size(window)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/settings/mailboxes/{sales.pk}/disconnect/")
    page.get_by_text("Delete emails", exact=True).click()
    assert_not_wider_than_window(page)
    assert_accessible(page)
