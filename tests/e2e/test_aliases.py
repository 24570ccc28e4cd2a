"""Another address of a mailbox in the browser: asked for, confirmed by a stranger, offered, withdrawn (R16)."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox
from mailkit.letter_reader import read_letter
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.mailboxes.conftest import request_for  # noqa: F401  (a fixture)
from tests.servers.smtp_sink import SmtpSink
from web.senders import list_senders

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("R16")]


@pytest.fixture
def mailbox(in_account: Account, bob: Membership, request_for: ConnectRequest) -> Mailbox:  # noqa: F811
    return connect_mailbox(bob, request_for)


@pytest.fixture
def bobs_page(page: Page, live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, mailbox: Mailbox) -> Page:
    """The settings of his mailbox."""
    sign_in(bob)
    page.goto(f"{live_server.url}/settings/mailboxes/{mailbox.pk}/")
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_an_address_is_confirmed_by_who_reads_mail_there(
    bobs_page: Page, browser: Browser, bob: Membership, mailbox: Mailbox, smtp_sink: SmtpSink, size: ViewportSize
) -> None:
    page = bobs_page
    page.set_viewport_size(size)
    page.locator("#aliases").get_by_role("link", name="Change").click()
    expect(page.get_by_text("No other addresses")).to_be_visible()
    page.get_by_label("Email address").fill("nobody")
    page.get_by_role("button", name="Mail the link").click()
    expect(page.get_by_text("Enter an email address such as name@example.com.")).to_be_visible()
    page.get_by_label("Email address").fill("info@brand.example")
    page.get_by_label("Name shown to recipients").fill("Brand")
    page.get_by_role("button", name="Mail the link").click()
    expect(page.locator(".toast")).to_contain_text("A link was mailed to info@brand.example.")
    expect(page.get_by_text("Not confirmed")).to_be_visible()
    assert_accessible(page)
    assert_not_wider_than_window(page)
    _confirm(browser, page.url, smtp_sink)
    assert [sender.address for sender in list_senders(bob)] == [mailbox.address, "info@brand.example"]
    page.reload()
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Withdraw info@brand.example").click()
    expect(page.get_by_text("No other addresses")).to_be_visible()


def _confirm(browser: Browser, here: str, sink: SmtpSink) -> None:
    """In a browser that nobody is signed in with."""
    text = read_letter(sink.letters[-1].raw).parsed.text
    path = re.findall(r"/aliases/[\w-]+/", text)[0]
    with browser.new_context() as stranger:
        page = stranger.new_page()
        page.goto(urljoin(here, path))
        expect(page.get_by_role("heading")).to_contain_text("write as info@brand.example?")
        assert_accessible(page)
        page.get_by_role("button", name="Yes, confirm the address").click()
        expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
        page.goto(urljoin(here, path))
        expect(page.get_by_role("heading")).to_contain_text("This link no longer works")
