"""Settings, invitation, notices and the menu at one's own picture in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from accounts.notices import notify
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in; the address of the site."""
    sign_in(alice)
    return live_server.url


@pytest.mark.rule("G11")
def test_availability_is_two_clicks_away(page: Page, start: str, alice: Membership) -> None:
    page.goto(f"{start}/settings/profile/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Lunch").click()
    expect(page.get_by_role("button", name="Lunch", exact=True)).to_have_attribute("aria-pressed", "true")
    alice.refresh_from_db()
    assert alice.availability == "lunch"


def test_a_refused_page_begins_at_its_first_mistake(page: Page, start: str, no_errors: list[str]) -> None:
    page.goto(f"{start}/settings/account/")
    page.get_by_label("Shared mailboxes that collect mail").fill("-1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_be_visible()
    expect(page.get_by_label("Shared mailboxes that collect mail")).to_be_focused()
    no_errors.clear()  # the browser notes every 422 as one


def test_the_open_section_is_in_view_on_a_phone(page: Page, start: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{start}/settings/tokens/")
    expect(page.get_by_role("link", name="API tokens")).to_be_in_viewport(ratio=1)


def test_a_token_is_made_copied_and_revoked(page: Page, start: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{start}/settings/tokens/")
    page.get_by_label("What is it for?").fill("Warehouse")
    page.get_by_label("Read mail").check()
    page.get_by_role("button", name="Create").click()
    secret = page.locator("#secret").inner_text()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert_accessible(page)
    page.get_by_role("button", name="Revoke").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No tokens yet")).to_be_visible()


def test_somebody_is_invited_and_joins(page: Page, start: str) -> None:
    page.goto(f"{start}/settings/users/")
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("Email address").fill("nora@person.example")
    page.get_by_role("button", name="Make the link").click()
    path = page.locator("#secret").inner_text().split("/invitations/")[1]
    page.context.clear_cookies()
    page.goto(f"{start}/invitations/{path}")
    expect(page.get_by_role("heading", name="Join Acme")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Your name").fill("Nora New")
    page.get_by_label("Password").fill("quite a long password")
    page.get_by_role("button", name="Join").click()
    page.goto(f"{start}/settings/profile/")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nora New")


def test_sync_now_says_what_it_does(page: Page, start: str, alice: Membership, make_mailbox: MakeMailbox) -> None:
    make_mailbox("sales@acme.example", account_of=alice)
    page.goto(f"{start}/settings/mailboxes/")
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator(".toast")).to_have_text("Asking sales@acme.example for new mail.")


def test_the_bell_counts_until_notices_are_read(
    page: Page, start: str, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    notify([alice], "mailbox.needs_login", mailbox=mailbox.pk)
    page.goto(f"{start}/settings/mailboxes/")
    bell = page.get_by_role("navigation", name="Main").get_by_role("link", name="Notices")
    expect(bell).to_contain_text("1")
    bell.click()
    assert_accessible(page)
    page.get_by_role("button", name="Mark all as read").click()
    expect(bell).not_to_contain_text("1")


@pytest.fixture
def places(alice: Membership, bob: Membership, make_mailbox: MakeMailbox) -> list[str]:
    """Every page of the settings, with a mailbox whose address is long."""
    mailbox = make_mailbox(f"{'a-rather-long-name.' * 3}sales@acme.example", account_of=alice)
    own = [f"mailboxes/{mailbox.pk}/", f"mailboxes/{mailbox.pk}/servers/"]
    return [
        "mailboxes/",
        "mailboxes/connect/",
        *own,
        "users/",
        f"users/{bob.pk}/",
        f"users/{bob.pk}/leave/",
        "users/invite/",
        "groups/",
        "groups/new/",
        "audit/",
        "confirm/",
        "profile/",
        "tokens/",
    ]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(
    page: Page, start: str, places: list[str], size: ViewportSize, scheme: str
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for place in places:
        page.goto(f"{start}/settings/{place}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_not_wider_than_window(page)
        assert_accessible(page)
