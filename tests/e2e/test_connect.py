"""Connecting a mailbox in the browser, against real servers: each way in, and each refusal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.e2e.conftest import SignInBrowser
from tests.e2e.connecting import (
    Servers,
    enter_address,
    fill_servers,
    forgive_refusals,
    import_as_a_worker_would,
    open_dialog,
)
from tests.e2e.looks import assert_accessible
from tests.servers.dns_server import DnsServer
from tests.servers.provider_table import add_providers, forget_table
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LETTER = (
    b"From: Ana <ana@client.example>\r\nTo: me@pymap.test\r\nSubject: Quote %d\r\nMessage-ID: <%d@x>\r\n\r\nHello\r\n"
)
PROVIDER = """
[[provider]]
key = "acme"
name = "Acme Mail"
domains = ["pymap.test"]
mx = ["mx.acme.example"]
imap = "localhost:{imap}/none"
smtp = "localhost:{smtp}/none"
guide = "app_password"
help = "https://help.acme.example/"
"""


@pytest.fixture
def servers(pymap_server: PymapServer, smtp_sink: SmtpSink, dns_server: DnsServer) -> Servers:
    user = pymap_server.new_user()
    for number in range(3):
        pymap_server.deliver(user, LETTER % (number, number))
    return Servers(pymap_server, smtp_sink, user)


@pytest.fixture
def known_provider(servers: Servers, tmp_path: Path) -> Iterator[Servers]:
    """The mailbox is one of a provider of the table, where one sign-in is good for both servers."""
    table = PROVIDER.format(imap=servers.imap.port, smtp=servers.smtp.port)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(servers.smtp, "user", servers.user)
        patch.setattr(servers.smtp, "password", servers.imap.password)
        add_providers(patch, tmp_path, table)
        yield servers
    forget_table()


@pytest.fixture
def dialog(page: Page, live_server: LiveServer, sign_in: SignInBrowser, bob: Membership) -> Page:
    """Bob's page with the open dialog."""
    sign_in(bob)
    open_dialog(page, live_server)
    return page


@pytest.mark.rule("K01", "K02", "K09", "M05")
def test_a_known_provider_needs_the_address_and_the_password_and_a_wrong_one_is_mended(
    dialog: Page, known_provider: Servers, in_account: Account, no_errors: list[str]
) -> None:
    expect(dialog.get_by_label("Email address")).to_be_focused()
    enter_address(dialog, known_provider.user)
    password = dialog.get_by_label("Password", exact=True)
    expect(password).to_be_focused()
    expect(dialog.get_by_role("heading", name="What Acme Mail wants")).to_be_visible()
    expect(dialog.get_by_label("IMAP server")).to_be_hidden()
    assert_accessible(dialog)
    password.fill("not-the-password-7")
    dialog.get_by_label("Personal").check()
    dialog.get_by_role("button", name="Test and connect").click()
    expect(dialog.get_by_text("Not connected")).to_be_visible()
    expect(dialog.locator(".check-steps .bad").first).to_contain_text("Make an app password")
    expect(dialog.get_by_role("heading", name="Add email")).to_be_in_viewport()
    expect(password).to_have_value("not-the-password-7")
    expect(dialog.get_by_label("Personal")).to_be_checked()
    assert_accessible(dialog)
    password.fill(known_provider.imap.password)
    password.press("Enter")
    expect(dialog.get_by_text(f"{known_provider.user} is connected")).to_be_visible()
    assert_accessible(dialog)
    import_as_a_worker_would()
    expect(dialog.get_by_role("dialog").get_by_text("3 letters are here.")).to_be_visible()
    dialog.get_by_role("link", name="Go on working").click()
    expect(dialog.get_by_text("Quote 2")).to_be_visible()
    forgive_refusals(no_errors)


@pytest.mark.rule("K02", "M03", "M04")
def test_an_unknown_domain_is_connected_by_hand_and_may_be_kept_for_sending(
    dialog: Page, servers: Servers, in_account: Account, no_errors: list[str]
) -> None:
    enter_address(dialog, servers.user)
    expect(dialog.get_by_text("The servers of this address are not known.")).to_be_visible()
    expect(dialog.get_by_label("IMAP server")).to_have_value("imap.pymap.test")
    expect(dialog.get_by_label("SMTP server")).to_have_value("smtp.pymap.test")
    fill_servers(dialog, servers)
    dialog.get_by_label("Password", exact=True).fill("not-the-password-7")
    dialog.get_by_label("Personal").check()
    dialog.get_by_role("button", name="Test and connect").click()
    expect(dialog.get_by_text("Only sending works")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Outgoing mail (SMTP)")).to_contain_text("Works")
    expect(dialog.get_by_role("heading", name="Incoming mail (IMAP)")).to_contain_text("Failed")
    dialog.get_by_role("button", name="Save for sending only").click()
    expect(dialog.get_by_text("It can send.")).to_be_visible()
    assert Mailbox.objects.with_servers().get().status == Mailbox.Status.GRAY
    forgive_refusals(no_errors)


@pytest.mark.rule("K06", "K07", "K08")
def test_what_is_refused_is_said_beside_its_field_and_stays_as_typed(
    dialog: Page, servers: Servers, no_errors: list[str]
) -> None:
    enter_address(dialog, "anna@почта.example")
    expect(dialog.get_by_label("Email address")).to_have_accessible_description(
        "Its provider and servers are looked up for you. "
        "Internationalized domains are not supported. Use an address whose domain is in Latin letters."
    )
    enter_address(dialog, servers.user)
    dialog.get_by_label("Password", exact=True).fill("typed and kept")
    dialog.get_by_label("Personal").check()
    host = dialog.get_by_label("IMAP server")
    for typed, words in (("0x7f.1", "an IP address is not accepted"), ("pop.acme.example", "This is POP3")):
        host.fill(typed)
        dialog.get_by_text("Server settings").click()  # folded: an error opens it again
        dialog.get_by_role("button", name="Test and connect").click()
        expect(host).to_have_attribute("aria-invalid", "true")
        expect(dialog.locator("#connect_imap_host_slot")).to_contain_text(words)
        expect(host).to_have_value(typed)
    expect(dialog.get_by_label("Password", exact=True)).to_have_value("typed and kept")
    dialog.get_by_label("IMAP Encryption").select_option("starttls")
    expect(dialog.get_by_label("IMAP Port")).to_have_value("143")
    assert_accessible(dialog)
    forgive_refusals(no_errors)
