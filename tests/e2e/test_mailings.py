"""A mailing to fifty, from a list of contacts over a mail server to results, in the browser. One leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.mime_reader import parse_message
from mailkit.types import Secret
from outbox.delivery import deliver
from outbox.feeding import feed
from outbox.models import Mailing
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.outbox.mailing_world import people, started
from tests.servers.smtp_sink import SmtpSink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NARROW: ViewportSize = {"width": 320, "height": 700}
SETTINGS = "/settings/mailer"


@pytest.fixture
def start(
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    in_account: Account,
    make_mailbox: MakeMailbox,
) -> str:
    """Alice is signed in, has a mailbox and fifty contacts; the address of the site."""
    make_mailbox("news@acme.example", owner=alice)
    people(50)
    sign_in(alice)
    return live_server.url


def send_all(mailing: Mailing, sink: SmtpSink) -> None:
    """As the workers do, over a mail server without Sent folder."""
    mailbox = mailing.mailbox
    mailbox.imap_host = ""
    mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_username = sink.port, "none", sink.user
    mailbox.save()
    store_secret(mailbox, Credential.Field.SMTP_PASSWORD, Secret(sink.password))

    def work() -> None:
        with tenant(mailbox.account_id):
            feed(mailing.pk)
            deliver(mailbox.pk)
            feed(mailing.pk)  # finds that nothing is left
        connection.close()

    with ThreadPoolExecutor(1) as pool:  # the browser keeps an event loop in ours
        pool.submit(work).result()


def unsubscribe_by_button(sink: SmtpSink, settings: Settings) -> None:
    """The one of a mail program, in the first letter that arrived (RFC 8058)."""
    link = str(message_from_bytes(sink.letters[0].raw)["List-Unsubscribe"]).strip("\r\n <>")
    reader = Client(headers={"host": urlsplit(settings.PUBLIC_URL).hostname or ""})
    assert reader.post(urlsplit(link).path, {"List-Unsubscribe": "One-Click"}).status_code == 200


@pytest.mark.rule("M10", "M12", "M20", "M99")
@pytest.mark.usefixtures("no_errors")
def test_a_mailing_to_fifty_from_a_list_to_its_results(
    page: Page, start: str, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.SEND_PER_SECOND = 0
    page.goto(f"{start}/contacts/")
    page.locator("#card-rows [name=ids]").first.check()
    page.get_by_role("button", name="Choose all that the list has").click()
    expect(page.locator("#selected-count")).to_have_text("50")
    page.get_by_role("button", name="Send a mailing to them").click()
    expect(page.get_by_text("It goes to 50 people")).to_be_visible()
    page.locator("[name=sender]").select_option(index=1)
    page.get_by_label("Subject").fill("News for {{ contact.name }}")
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    writing = page.get_by_role("textbox", name="Text of the letter")
    writing.click()
    page.keyboard.type("Hello")
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_text("There is no link to unsubscribe in the text")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Add the link").click()
    expect(page.get_by_role("textbox", name="Text of the letter")).to_contain_text("Unsubscribe")
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    letter = page.frame_locator("iframe[name='template-preview-page']")
    expect(letter.get_by_text("Hello")).to_be_visible()
    page.get_by_role("button", name="The next one").click()
    expect(page.get_by_text("News for Person0001")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Save and check").click()
    page.get_by_label("I have read the warnings").check(timeout=20_000)
    assert_accessible(page)
    page.get_by_role("button", name="Send to 50 people").click()
    expect(page.get_by_role("heading", name="0 of 50 sent")).to_be_visible()
    send_all(Mailing.objects.get(), smtp_sink)
    arrived = {parse_message(letter.raw).to[0].email for letter in smtp_sink.letters}
    assert arrived == {f"person{number}@client.example" for number in range(50)}
    unsubscribe_by_button(smtp_sink, settings)
    page.reload()
    expect(page.get_by_role("heading", name="50 of 50 sent")).to_be_visible()
    expect(page.get_by_role("row", name="Unsubscribed 1 2")).to_be_visible()


@pytest.mark.rule("M20", "M96")
@pytest.mark.usefixtures("no_errors")
def test_all_screens_fit_and_are_accessible(page: Page, start: str, alice: Membership) -> None:
    mailbox = Mailbox.objects.get(owner=alice)
    mailing = started(alice, mailbox, people(3))
    feed(mailing.pk)
    paths = ("letters", "letters/history", "reports", "mailings", f"mailings/{mailing.pk}", "letters/suppressions")
    for size in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size(size)
        for path in paths:
            page.goto(f"{start}{SETTINGS}/{path}/")
            assert_not_wider_than_window(page)
            if size is PHONE:
                assert_accessible(page)
    page.goto(f"{start}{SETTINGS}/mailings/{mailing.pk}/")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert Mailing.objects.get().state == "paused"
