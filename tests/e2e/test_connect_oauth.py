"""Connecting a mailbox in the browser by signing in at its provider."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.servers.oauth_mail import OAuthMail

pytestmark = [pytest.mark.e2e, pytest.mark.dovecot, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def user() -> str:
    """Of a provider that is known by its domain."""
    return f"user-{uuid.uuid4().hex[:8]}@gmail.com"


@pytest.fixture
def google_page(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, settings: Settings, user: str
) -> Page:
    """Bob has typed an address and is told to sign in at Google."""
    settings.BASE_URL = live_server.url
    sign_in(bob)
    page.goto(f"{live_server.url}/settings/mailboxes/")
    page.get_by_role("link", name="Add email").first.click()
    page.get_by_label("Email address").fill(user)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("button", name="Continue with Google")).to_be_visible()
    return page


@pytest.fixture(autouse=True)
def provider(oauth_mail: OAuthMail) -> OAuthMail:
    return oauth_mail


@pytest.mark.rule("K03", "K04")
def test_a_mailbox_is_connected_at_the_page_of_its_provider(
    google_page: Page, user: str, in_account: Account, no_errors: list[str]
) -> None:
    page = google_page
    page.get_by_role("button", name="Continue with Google").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()  # who uses it has to be chosen
    assert Mailbox.objects.with_servers().count() == 0
    page.get_by_label("Personal").check()
    assert_accessible(page)
    page.get_by_role("button", name="Continue with Google").click()
    expect(page.get_by_role("heading", name="Sign in at the test provider")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(user)
    page.get_by_role("button", name="Allow").click()
    expect(page.locator("#toasts").get_by_text(f"{user} is connected")).to_be_visible()
    assert Mailbox.objects.with_servers().get().sign_in == "oauth2"
    no_errors[:] = [error for error in no_errors if "422" not in error]


@pytest.mark.rule("K03")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_refuses_there_finds_the_form_as_it_was(
    google_page: Page, scheme: str, in_account: Account, no_errors: list[str]
) -> None:
    page = google_page
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.get_by_label("Personal").check()
    page.get_by_label("Everything").check()
    page.get_by_role("button", name="Continue with Google").click()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("You did not allow it")).to_be_visible()
    expect(page.get_by_label("Personal")).to_be_checked()
    expect(page.get_by_label("Everything")).to_be_checked()
    assert_not_wider_than_window(page)
    assert_accessible(page)
    page.get_by_role("button", name="Continue with Google").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.locator("#toasts").get_by_text("is connected")).to_be_visible()
    no_errors[:] = [error for error in no_errors if "422" not in error]
