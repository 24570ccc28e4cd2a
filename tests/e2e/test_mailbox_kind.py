"""Personal or shared, in the browser: what is asked follows the choice, and access follows the change."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors", "bob")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox, in_account: Account) -> Mailbox:
    return make_mailbox(f"{'a-rather-long-name.' * 3}sales@acme.example", account_of=alice)


@pytest.fixture
def settings_page(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, sales: Mailbox
) -> Page:
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/mailboxes/{sales.pk}/")
    return page


@pytest.mark.rule("K25")
def test_a_shared_mailbox_is_given_to_one_user_by_keyboard(settings_page: Page, sales: Mailbox) -> None:
    page = settings_page
    section = page.locator("#kind")
    expect(section).to_contain_text("Administrators and users with the “Mail” tick read it.")
    section.get_by_role("link", name="Change").press("Enter")
    expect(page.get_by_label("Owner", exact=True)).to_be_hidden()
    page.get_by_label("Shared").press("ArrowUp")
    expect(page.get_by_label("Personal")).to_be_checked()
    expect(page.get_by_text("Everybody else stops reading its mail")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Owner", exact=True).select_option(label="Bob Baker (bob@acme.example)")
    page.get_by_label("Owner", exact=True).press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text(f"{sales.address} is the personal mailbox of Bob Baker.")
    expect(page.get_by_role("link", name=sales.address)).to_have_count(0)


@pytest.mark.rule("K24", "K25")
def test_what_its_owner_shared_is_made_shared(settings_page: Page, sales: Mailbox, bob: Membership) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(kind="personal", owner=bob, shared_with_admins=True)
    page = settings_page
    page.reload()
    expect(page.locator("#kind")).to_contain_text("It belongs to Bob Baker, who shares it with the administrators.")
    page.locator("#kind").get_by_role("link", name="Change").click()
    page.get_by_label("Shared").check()
    expect(page.get_by_text("All its mail, the older letters too")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#kind")).to_contain_text("Shared.")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_accessible_in_both_themes(
    settings_page: Page, sales: Mailbox, live_server: LiveServer, size: ViewportSize, scheme: str
) -> None:
    page = settings_page
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{live_server.url}/settings/mailboxes/{sales.pk}/kind/")
    page.get_by_label("Personal").check()
    assert_accessible(page)
    assert_not_wider_than_window(page)
