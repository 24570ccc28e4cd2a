"""A mailbox's "Inbox" tab and the choice of notices in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.groups import create_group
from accounts.models import Account, Membership
from crm.custom_fields import FieldValues, create_field
from crm.models import CustomField
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
NARROW: ViewportSize = {"width": 320, "height": 700}


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    sign_in(alice)
    return f"{live_server.url}/settings"


@pytest.mark.rule("R12", "R13", "R14", "R03")
def test_new_people_get_cards_and_managers(page: Page, start: str, alice: Membership, sales: Mailbox) -> None:
    create_group(alice, name="Sellers", member_ids=[alice.pk])
    create_field(alice, FieldValues(CustomField.Entity.MAILBOX, "Phone of the shop", "text"))
    page.goto(f"{start}/mailboxes/{sales.pk}/inbox/")
    strangers, group = page.get_by_role("radio", name="Store it"), page.get_by_label("Group of managers")
    expect(strangers).to_be_visible()
    expect(group).to_be_hidden()
    page.get_by_label("Create customer if not found").check()
    expect(strangers).to_be_hidden()
    group.select_option("Sellers")
    page.get_by_label("Notify manager").check()
    page.get_by_label("Phone of the shop").fill("+1 555 0100")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    expect(group).to_be_visible()
    expect(page.get_by_label("Phone of the shop")).to_have_value("+1 555 0100")
    sales.refresh_from_db()
    assert (sales.create_contacts, sales.notify_manager) == (True, True)


@pytest.mark.rule("R14")
def test_kinds_of_notices_are_chosen(page: Page, start: str, alice: Membership) -> None:
    page.goto(f"{start}/profile/#notices")
    table = page.get_by_role("region", name="Notices")
    table.get_by_role("checkbox", name="A client of yours wrote: Mail").check()
    table.get_by_role("checkbox", name="A letter came back: Bell").uncheck()
    assert_accessible(page)
    table.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    expect(table.get_by_role("checkbox", name="A client of yours wrote: Mail")).to_be_checked()
    alice.refresh_from_db()
    assert (alice.notices_off, alice.notices_mailed) == (["mail.bounced"], ["mail.arrived"])


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW])
def test_they_fit_every_window(page: Page, start: str, sales: Mailbox, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    for place in (f"mailboxes/{sales.pk}/inbox/", f"mailboxes/{sales.pk}/", "profile/"):
        page.goto(f"{start}/{place}")
        assert_not_wider_than_window(page)
