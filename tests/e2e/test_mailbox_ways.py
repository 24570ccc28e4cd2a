"""Settings in the browser: the mailbox that sends, strangers' mail, stores, the account, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.stores import create_store
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def orders(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("orders@acme.example", account_of=alice)


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in; the address of the settings."""
    sign_in(alice)
    return f"{live_server.url}/settings"


@pytest.mark.rule("R07", "R09", "R12")
def test_a_mailbox_sends_through_another_and_leaves_strangers_mail(
    page: Page, start: str, alice: Membership, sales: Mailbox, orders: Mailbox
) -> None:
    create_store(alice, "Acme Toys")
    page.goto(f"{start}/mailboxes/")
    page.get_by_role("button", name="Actions for sales@acme.example").press("Enter")
    page.get_by_role("group", name="Actions for sales@acme.example").get_by_role("link", name="Settings").press("Enter")
    page.get_by_role("navigation", name="Mailbox").get_by_role("link", name="Inbox").press("Enter")
    page.get_by_label("Letters go out through").select_option("orders@acme.example")
    page.get_by_label("Store", exact=True).select_option("Acme Toys")
    page.get_by_role("radio", name="Leave it on the mail server").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    expect(page.get_by_role("radio", name="Leave it on the mail server")).to_be_checked()
    page.goto(f"{start}/mailboxes/")
    row = page.get_by_role("article").filter(has=page.get_by_role("heading", name="sales@acme.example"))
    expect(row).to_contain_text("Acme Toys")
    expect(row).to_contain_text("sends through orders@acme.example")


def test_leaving_with_something_unsaved_asks_first(page: Page, start: str, sales: Mailbox) -> None:
    page.goto(f"{start}/mailboxes/{sales.pk}/")
    note = page.get_by_text("Changed, not saved yet.")
    expect(note).to_be_hidden()
    page.get_by_label("Name shown to recipients").fill("Acme")
    expect(note).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="Users").click()
    expect(page.get_by_label("Name shown to recipients")).to_have_value("Acme")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    page.get_by_role("link", name="Users").click()
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()


@pytest.mark.rule("R09")
def test_a_store_is_deleted_after_a_question(page: Page, start: str, alice: Membership) -> None:
    create_store(alice, "Acme Toys")
    page.goto(f"{start}/stores/")
    page.get_by_role("link", name="Change Acme Toys").click()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete “Acme Toys”?")
    assert_accessible(page)
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No stores yet")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_are_accessible(
    page: Page, start: str, alice: Membership, sales: Mailbox, size: ViewportSize, scheme: str
) -> None:
    store = create_store(alice, "A rather long name of a store, " * 3)
    Mailbox.objects.update(store=store)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for place in ("mailboxes/", f"mailboxes/{sales.pk}/", "stores/", f"stores/{store.pk}/", "account/"):
        page.goto(f"{start}/{place}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_not_wider_than_window(page)
        assert_accessible(page)
