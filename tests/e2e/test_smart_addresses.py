"""Smart addresses in the browser: copied, tried, looked at; and what a new name of the account changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from tests.e2e.conftest import SignInBrowser
from tests.e2e.looks import assert_accessible
from tests.smart_addresses.arrivals import DOMAIN, address, arrive
from tests.threads.builders import Mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_account")]


@pytest.fixture(autouse=True)
def mail_domain(settings: Settings) -> None:
    settings.MAIL_DOMAIN = DOMAIN


@pytest.mark.rule("K40", "K43")
@pytest.mark.usefixtures("no_errors")
def test_a_letter_to_lead_becomes_a_lead_and_shows_who_sent_it(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership
) -> None:
    arrive("lead", Mail("Kitchen for twelve", to=address("lead")))
    arrive("filing", Mail("Invoice", sender="Mallory <m@evil.example>"), dmarc="fail")
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/smart-addresses/")
    expect(page.get_by_text(address("contact"), exact=True)).to_be_visible()
    came = page.get_by_role("list", name="What came")
    line = came.get_by_role("listitem").filter(has_text="Kitchen for twelve")
    expect(line.get_by_text("Sender verified")).to_be_visible()
    expect(came.get_by_text("The sender may be forged")).to_be_visible()
    line.get_by_role("link", name="Kitchen for twelve new").click()
    expect(page.get_by_role("heading", name="Kitchen for twelve")).to_be_visible()
    page.goto(f"{live_server.url}/mail/inbox/")
    page.get_by_role("link", name="Smart addresses").first.click()
    page.get_by_role("link", name="Invoice").click()
    expect(page.get_by_text("The sender may be forged")).to_be_visible()
    expect(page.get_by_text("SPF failed · DKIM failed · DMARC failed")).to_be_visible()
    expect(page.frame_locator("iframe.msg-body").get_by_text("Hello")).to_be_visible()
    assert_accessible(page)


@pytest.mark.rule("K45", "G03")
def test_an_administrator_narrows_who_may_write(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership
) -> None:
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/smart-addresses/")
    allowed = page.get_by_label("Allowed addresses and domains")
    expect(allowed).to_be_hidden()
    page.get_by_label("Users and those on the list").check()
    allowed.fill("nonsense")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“nonsense” is neither an email address nor a domain.")).to_be_visible()
    allowed.fill("partner.example\nanna@client.example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts").get_by_text("Saved.")).to_be_visible()
    expect(allowed).to_have_value("partner.example\nanna@client.example")
    assert_accessible(page)


@pytest.mark.rule("K48")
def test_a_new_name_says_first_what_it_changes(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership
) -> None:
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/account/")
    page.get_by_label("Name", exact=True).fill("Ромашка")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("lead@romashka.in.example")).to_be_visible()
    assert Account.objects.get(pk=alice.account.pk).slug == "acme"
    assert_accessible(page)
    page.get_by_label("Keep the old addresses for, days").fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts").get_by_text("Saved.")).to_be_visible()
    page.goto(f"{live_server.url}/settings/smart-addresses/")
    expect(page.get_by_text("lead@romashka.in.example", exact=True)).to_be_visible()
    expect(page.get_by_text("The old addresses acme@in.example")).to_be_visible()


def test_who_may_not_read_the_mailbox_sees_the_addresses_alone(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, bob: Membership
) -> None:
    Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    arrive("filing", Mail("Secret"))
    sign_in(bob)
    page.goto(f"{live_server.url}/settings/smart-addresses/")
    expect(page.get_by_text(address("filing"), exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="What came")).to_be_hidden()
    expect(page.get_by_role("button", name="Save")).to_be_hidden()
