"""Who connects what in the browser: shared mailboxes, those of colleagues; from the mail and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.connecting import Servers, enter_address, fill_servers, forgive_refusals, open_dialog
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.servers.dns_server import DnsServer
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def servers(pymap_server: PymapServer, smtp_sink: SmtpSink, dns_server: DnsServer) -> Servers:
    return Servers(pymap_server, smtp_sink, pymap_server.new_user())


@pytest.fixture
def alices(page: Page, sign_in: SignInBrowser, alice: Membership) -> Page:
    """Alice's page."""
    sign_in(alice)
    return page


@pytest.mark.rule("K04", "K20")
def test_a_user_must_choose_and_may_not_choose_shared(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, servers: Servers, no_errors: list[str]
) -> None:
    sign_in(bob)
    open_dialog(page, live_server)
    enter_address(page, servers.user)
    fill_servers(page, servers)
    page.get_by_label("Password", exact=True).fill(servers.imap.password)
    expect(page.get_by_label("Shared")).to_be_disabled()
    expect(page.get_by_text("Only administrators connect shared mailboxes.")).to_be_visible()
    page.get_by_role("button", name="Test and connect").click()
    expect(page.get_by_text("Not tried yet: something is missing or wrong.")).to_be_visible()
    expect(page.locator("#connect_kind_slot")).to_contain_text("required")
    forgive_refusals(no_errors)


@pytest.mark.rule("K01", "K20")
@pytest.mark.usefixtures("in_account")
def test_an_administrator_connects_a_shared_one_coming_from_the_mail(
    alices: Page, live_server: LiveServer, servers: Servers, no_errors: list[str]
) -> None:
    alices.goto(f"{live_server.url}/mail/inbox/")
    alices.get_by_role("main").get_by_role("link", name="Settings").click()
    alices.get_by_role("link", name="Add email").first.click()
    enter_address(alices, servers.user)
    fill_servers(alices, servers)
    alices.get_by_label("Password", exact=True).fill(servers.imap.password)
    alices.get_by_label("Shared").check()
    alices.get_by_role("button", name="Test and connect").click()
    expect(alices.get_by_text(f"{servers.user} is connected")).to_be_visible()
    mailbox = Mailbox.objects.with_servers().get()
    assert (mailbox.kind, mailbox.status, mailbox.owner) == ("shared", "green", None)
    assert no_errors == []


@pytest.mark.rule("M02")
@pytest.mark.usefixtures("in_account")
def test_an_administrator_connects_one_for_a_colleague(
    alices: Page, live_server: LiveServer, bob: Membership, servers: Servers, no_errors: list[str]
) -> None:
    alices.goto(f"{live_server.url}/settings/mailboxes/connect/?owner={bob.pk}")
    enter_address(alices, servers.user)
    expect(alices.get_by_text("This mailbox will belong to Bob Baker")).to_be_visible()
    expect(alices.get_by_label("Shared")).to_have_count(0)
    fill_servers(alices, servers)
    alices.get_by_label("Password", exact=True).fill(servers.imap.password)
    alices.get_by_role("button", name="Test and connect").click()
    expect(alices.get_by_text("Its owner finds it in the mail from now on")).to_be_visible()
    assert Mailbox.objects.with_servers().get().owner_id == bob.pk
    alices.get_by_role("link", name="Back to the user").click()
    expect(alices.get_by_role("heading", name="Bob Baker")).to_be_visible()
    assert no_errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_steps_fit_a_phone(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, scheme: str, no_errors: list[str]
) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(alice)
    open_dialog(page, live_server)
    assert_not_wider_than_window(page)
    assert_accessible(page)
    enter_address(page, "alice@fastmail.com")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    assert_not_wider_than_window(page)
    assert_accessible(page)
    page.get_by_role("link", name="Other address").click()
    expect(page.get_by_label("Email address")).to_have_value("alice@fastmail.com")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Add email").first).to_be_focused()
    assert no_errors == []
