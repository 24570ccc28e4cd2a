"""Scripts that come later than the page, as over a slow line."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from tests.e2e.conftest import SignInBrowser

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


def test_what_is_typed_before_the_scripts_are_there_is_searched(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account
) -> None:
    create_contact(ContactValues("Grace", "Hopper"))
    create_contact(ContactValues("Ada", "Lovelace"))
    sign_in(alice)
    waiting: list[Route] = []
    page.route("**/htmx-2*.js", lambda route: waiting.append(route))  # noqa: PLW0108  (a built-in cannot be marked)
    page.goto(f"{live_server.url}/contacts/", wait_until="commit")
    page.get_by_role("searchbox").press_sequentially("gra")
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()
    assert waiting, "the scripts were there already"
    waiting[0].continue_()
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_hidden()
    expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()
