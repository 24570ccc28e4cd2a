"""A mailbox that cannot send, in the browser: red in the list, and tested again without typing anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.health import note_smtp_refused
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.errors import LoginRefused
from mailkit.types import Secret
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sales(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Of servers that nobody knows."""
    made = make_mailbox("sales@acme.example", account_of=alice)
    for field in (Credential.Field.IMAP_PASSWORD, Credential.Field.SMTP_PASSWORD):
        store_secret(made, field, Secret("x"))
    note_smtp_refused(made, LoginRefused("no", code=535, reply="535 5.7.8 no"))
    return made


@pytest.mark.usefixtures("no_errors")
@pytest.mark.rule("M04")
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_it_is_tested_from_the_list(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    sales: Mailbox,
    size: ViewportSize,
) -> None:
    page.set_viewport_size(size)
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/mailboxes/")
    row = page.get_by_role("article")
    expect(row).to_contain_text("Cannot send")
    row.get_by_role("link", name="Test now").click()
    page.get_by_role("button", name="Test now").click()
    expect(page.locator("#test-answer")).to_contain_text("It does not work")
    expect(page.locator("#test-answer")).to_contain_text("Find the server")
    expect(page.get_by_role("button", name="Test now")).to_be_enabled()
    assert_accessible(page)
    assert_not_wider_than_window(page)
