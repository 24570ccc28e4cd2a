"""Connecting a mailbox in the browser, against real servers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.leases import claim
from mailboxes.models import Mailbox
from sync.mailbox_sync import sync_mailbox
from sync.visit import deadline_from_now
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LETTER = (
    b"From: Ana <ana@client.example>\r\nTo: me@pymap.test\r\nSubject: Quote %d\r\nMessage-ID: <%d@x>\r\n\r\nHello\r\n"
)


def open_dialog(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/settings/mailboxes/")
    page.get_by_role("link", name="Add email").first.click()
    expect(page.get_by_role("dialog", name="Add email")).to_be_visible()


def fill_servers(page: Page, imap_port: int, smtp_port: int) -> None:
    for protocol, port in (("IMAP", imap_port), ("SMTP", smtp_port)):
        page.get_by_label(f"{protocol} server").fill("localhost")
        page.get_by_label(f"{protocol} Encryption").select_option("none")
        page.get_by_label(f"{protocol} Port").fill(str(port))


def forgive_refusals(errors: list[str]) -> None:
    """Chromium writes every answer 422 to the console."""
    errors[:] = [error for error in errors if "422" not in error]


@dataclass(frozen=True)
class Servers:
    """A mailbox with three letters, and a server for sending that has users of its own."""

    imap: PymapServer
    smtp: SmtpSink
    user: str


@pytest.fixture
def servers(pymap_server: PymapServer, smtp_sink: SmtpSink) -> Servers:
    user = pymap_server.new_user()
    for number in range(3):
        pymap_server.deliver(user, LETTER % (number, number))
    return Servers(pymap_server, smtp_sink, user)


@pytest.fixture
def dialog(page: Page, live_server: LiveServer, sign_in: SignInBrowser, bob: Membership) -> Page:
    """Bob's page with the open dialog."""
    sign_in(bob)
    open_dialog(page, live_server)
    return page


@pytest.mark.rule("K01", "K09", "M04")
def test_a_mailbox_is_connected_after_a_wrong_password(
    dialog: Page, servers: Servers, in_account: Account, no_errors: list[str]
) -> None:
    dialog.get_by_label("Email address").fill(servers.user)
    dialog.get_by_label("Password", exact=True).fill("not-the-password-7")
    dialog.get_by_label("Personal").check()
    fill_servers(dialog, servers.imap.port, servers.smtp.address().port)
    dialog.get_by_text("a separate login for sending").click()
    dialog.get_by_label("User name for sending").fill(servers.smtp.user)
    dialog.get_by_label("Password for sending").fill(servers.smtp.password)
    dialog.get_by_role("button", name="Test and connect").click()
    expect(dialog.get_by_text("Only sending works")).to_be_visible()
    expect(dialog.locator(".check-steps .bad")).to_contain_text("Sign in")
    expect(dialog.get_by_label("Password", exact=True)).to_have_value("not-the-password-7")
    assert_accessible(dialog)
    dialog.get_by_label("Password", exact=True).fill(servers.imap.password)
    dialog.get_by_role("button", name="Test and connect").click()
    expect(dialog.get_by_text(f"{servers.user} is connected")).to_be_visible()
    assert_accessible(dialog)
    import_as_a_worker_would()
    expect(dialog.get_by_role("dialog").get_by_text("3 letters are here.")).to_be_visible()
    dialog.get_by_role("link", name="Go on working").click()
    expect(dialog.get_by_text("Quote 2")).to_be_visible()
    forgive_refusals(no_errors)


def import_as_a_worker_would() -> None:
    lease = claim(Mailbox.objects.get().pk)
    assert lease is not None
    sync_mailbox(lease, deadline=deadline_from_now())


def test_what_is_wrong_is_said_beside_its_field(dialog: Page, no_errors: list[str]) -> None:
    page = dialog
    address = page.get_by_label("Email address")
    expect(address).to_be_focused()
    address.fill("bob@acme.example")
    expect(page.get_by_label("IMAP server")).to_have_value("imap.acme.example")
    expect(page.get_by_label("SMTP server")).to_have_value("smtp.acme.example")
    page.get_by_label("IMAP server").fill("127.0.0.1")
    page.get_by_label("IMAP Encryption").select_option("starttls")
    expect(page.get_by_label("IMAP Port")).to_have_value("143")
    page.get_by_label("Password", exact=True).fill("typed and kept")
    page.get_by_label("Personal").check()
    expect(page.get_by_label("Shared")).to_be_disabled()
    page.get_by_role("button", name="Test and connect").click()
    host = page.get_by_label("IMAP server")
    expect(host).to_have_attribute("aria-invalid", "true")
    expect(host).to_have_accessible_description(
        "Enter the server's name, such as imap.example.com: an IP address is not accepted."
    )
    expect(page.get_by_label("Password", exact=True)).to_have_value("typed and kept")
    assert_accessible(page)
    forgive_refusals(no_errors)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dialog_fits_a_phone(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, scheme: str, no_errors: list[str]
) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(alice)
    open_dialog(page, live_server)
    assert_not_wider_than_window(page)
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Add email").first).to_be_focused()
