"""Users, groups, leaving and the audit log in the browser; and the question for the password over a dialog."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.freshness import SESSION_KEY
from accounts.models import Account, ApiToken, Membership
from mailboxes.mail_access import get_mail_access
from tests.conftest import PASSWORD, MakeMailbox
from tests.e2e.conftest import SignInBrowser
from tests.e2e.looks import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    sign_in(alice)
    return live_server.url


def make_stale(page: Page) -> None:
    """As if she had signed in this morning."""
    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    session = SessionStore(key)
    session[SESSION_KEY] = 1.0
    session.save()


@pytest.mark.rule("K21")
@pytest.mark.usefixtures("no_errors")
def test_the_tick_is_narrowed(
    page: Page, start: str, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    make_mailbox("support@acme.example", account_of=alice)
    page.goto(f"{start}/settings/users/")
    page.get_by_role("link", name="Bob Baker", exact=True).click()
    expect(page.get_by_label("sales@acme.example")).to_be_hidden()
    page.get_by_label("Only the ones chosen below").check()
    page.get_by_label("sales@acme.example").check()
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Mail: 1 mailbox")).to_be_visible()
    bob.refresh_from_db()
    assert get_mail_access(bob).mailbox_ids == {sales.pk}


@pytest.mark.usefixtures("no_errors")
def test_somebody_leaves_and_the_mailbox_is_handed_over(
    page: Page, start: str, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("bob@acme.example", owner=bob)
    mailbox.shared_with_admins = True
    mailbox.save()
    page.goto(f"{start}/settings/users/{bob.pk}/")
    page.get_by_role("link", name="Deactivate…").click()
    page.get_by_label("Hand it over").check()
    page.get_by_label("Who gets it").select_option("Alice Archer")
    assert_accessible(page)
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("main").get_by_text("Deactivated")).to_be_visible()
    mailbox.refresh_from_db()
    assert mailbox.owner_id == alice.pk
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_text("Changed the rights of Bob Baker")).to_be_visible()


def test_the_password_is_asked_in_between_and_what_was_typed_goes_on(page: Page, start: str) -> None:
    page.goto(f"{start}/settings/tokens/")
    make_stale(page)
    page.get_by_label("What is it for?").fill("Warehouse")
    page.get_by_label("Read mail").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Your password").fill("not this one")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The token “Warehouse” is ready.")).to_be_visible()
    assert ApiToken.objects.get().scopes == ["mail:read"]


def test_over_an_htmx_form_it_is_a_dialog_and_the_form_is_sent_again(
    page: Page, start: str, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    """The token page's form, sent by htmx as the connect dialog sends its own: nothing is typed twice."""
    page.goto(f"{start}/settings/tokens/")
    make_stale(page)
    page.evaluate(
        """() => { const form = document.querySelector('form[action="/settings/tokens/"]');
        form.setAttribute("hx-post", form.action); form.setAttribute("hx-target", "body"); htmx.process(form); }"""
    )
    page.get_by_label("What is it for?").fill("Warehouse")
    page.get_by_label("Read mail").check()
    page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Your password").fill("not this one")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog.get_by_text("That is not your password.")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The token “Warehouse” is ready.")).to_be_visible()


@pytest.mark.rule("G11")
@pytest.mark.usefixtures("no_errors")
def test_ones_availability_is_seen_in_the_bar(page: Page, start: str) -> None:
    page.goto(f"{start}/settings/profile/")
    own = page.get_by_role("navigation", name="Main").get_by_role("button", name="Your account")
    expect(own).to_contain_text("Free")
    own.click()
    page.get_by_role("button", name="Busy").click()
    expect(own).to_contain_text("Busy")
