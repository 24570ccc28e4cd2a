"""What tests of the connect dialog do and stand before."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailboxes.leases import claim
from mailboxes.models import Mailbox
from sync.mailbox_sync import sync_mailbox
from sync.visit import deadline_from_now
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink


@dataclass(frozen=True)
class Servers:
    """A mailbox with three letters, and a server for sending that has users of its own."""

    imap: PymapServer
    smtp: SmtpSink
    user: str


def open_dialog(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/settings/mailboxes/")
    page.get_by_role("link", name="Add email").first.click()
    expect(page.get_by_role("dialog", name="Add email")).to_be_visible()


def enter_address(page: Page, address: str) -> None:
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Continue", exact=True).click()


def fill_servers(page: Page, servers: Servers) -> None:
    """By hand; the password is left to the test."""
    for protocol, port in (("IMAP", servers.imap.port), ("SMTP", servers.smtp.port)):
        page.get_by_label(f"{protocol} server").fill("localhost")
        page.get_by_label(f"{protocol} Encryption").select_option("none")
        page.get_by_label(f"{protocol} Port").fill(str(port))
    page.get_by_text("a separate login for sending").click()
    page.get_by_label("User name for sending").fill(servers.smtp.user)
    page.get_by_label("Password for sending").fill(servers.smtp.password)


def import_as_a_worker_would() -> None:
    lease = claim(Mailbox.objects.with_servers().get().pk)
    assert lease is not None
    sync_mailbox(lease, deadline=deadline_from_now())


def forgive_refusals(errors: list[str]) -> None:
    """Chromium writes every answer 422 to the console."""
    errors[:] = [error for error in errors if "422" not in error]
