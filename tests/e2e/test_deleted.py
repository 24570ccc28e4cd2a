"""Deleted in the browser: restored by administrators, withheld from personal mailboxes, given to owners by a switch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.models import Message
from threads.services import delete_messages

OpenAs = Callable[[Membership, str], Page]
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("K63")]


@pytest.fixture
def deleted(alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account) -> None:
    """One in the shared mailbox, two in Bob's own."""
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", ANNA, SALES))
    Post(make_mailbox("bob@acme.example", owner=bob)).file(Mail("Salary", ANNA), Mail("Holidays", ANNA))
    delete_messages(bob, list(Message.objects.values_list("pk", flat=True)))


@pytest.fixture
def open_as(page: Page, live_server: LiveServer, sign_in: SignInBrowser) -> OpenAs:
    """A page of the product, as this member."""

    def enter(member: Membership, path: str) -> Page:
        page.context.clear_cookies()
        sign_in(member)
        page.goto(live_server.url + path)
        return page

    return enter


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_an_administrator_gives_a_letter_back_without_seeing_it(
    open_as: OpenAs, page: Page, alice: Membership, deleted: None, size: ViewportSize, no_errors: list[str]
) -> None:
    page.set_viewport_size(size)
    open_as(alice, "/mail/deleted/")
    expect(page.locator("#rows")).to_contain_text("Offer")
    expect(page.locator("#rows")).not_to_contain_text("Salary")
    page.get_by_text("2 letters deleted in personal mailboxes").click()
    lines = page.locator(".withheld-rows li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("Bob Baker")
    assert_accessible(page)
    assert_not_wider_than_window(page)
    lines.first.get_by_role("button", name="Restore").click()
    expect(page.locator(".toast")).to_contain_text("The letter is back in its owner's mailbox.")
    expect(page.get_by_text("1 letter deleted in a personal mailbox")).to_be_visible()
    expect(lines).to_have_count(1)


def test_owners_see_their_own_once_the_account_allows_it(
    open_as: OpenAs, alice: Membership, bob: Membership, deleted: None, no_errors: list[str]
) -> None:
    page = open_as(alice, "/settings/account/")
    page.get_by_label("Owners see what they deleted").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("Saved.")
    page = open_as(bob, "/mail/inbox/")
    page.locator("#side").get_by_role("link", name="Deleted").click()
    expect(page.locator("#rows")).to_contain_text("Salary")
    expect(page.locator("#rows")).not_to_contain_text("Offer")
    expect(page.locator(".withheld")).to_have_count(0)
