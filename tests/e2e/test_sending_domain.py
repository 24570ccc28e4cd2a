"""What the DNS says of the sending domain, in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.servers.dns_server import DnsServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_errors"),
    pytest.mark.rule("R15", "M100"),
]


@pytest.fixture
def domain(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    make_mailbox: MakeMailbox,
    dns_server: DnsServer,
) -> Page:
    """The page of a mailbox whose domain lacks its provider in SPF, and DMARC."""
    dns_server.add("firma.example", "TXT", '"v=spf1 include:spf.protection.outlook.com mx ip4:192.0.2.0/24 -all"')
    dns_server.add("firma.example", "MX", "1 smtp.google.com.")
    dns_server.add("s2026._domainkey.firma.example", "TXT", f'"v=DKIM1; k=rsa; p={"MIIBIjAN" * 20}"')
    mailbox = make_mailbox("sales@firma.example", account_of=alice)
    with tenant(alice.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(smtp_host="smtp.gmail.com")
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/mailboxes/{mailbox.pk}/status/")
    page.get_by_role("link", name="Sending domain").click()
    return page


def test_the_report_comes_by_itself_and_the_record_is_copied(domain: Page) -> None:
    domain.context.grant_permissions(["clipboard-read", "clipboard-write"])
    spf = domain.get_by_role("listitem").filter(has_text="SPF")
    expect(spf).to_contain_text("does not name the servers of your mail provider")
    spf.get_by_role("button", name="Copy the value for SPF").click()
    expect(domain.locator(".toast")).to_contain_text("Copied")
    record = "v=spf1 include:_spf.google.com include:spf.protection.outlook.com mx ip4:192.0.2.0/24 -all"
    assert domain.evaluate("navigator.clipboard.readText()") == record


def test_a_key_is_found_by_its_name_with_the_keyboard(domain: Page) -> None:
    dkim = domain.get_by_role("listitem").filter(has_text="DKIM")
    expect(dkim).to_contain_text("Needs fixing")
    selector = domain.get_by_label("DKIM selector")
    selector.fill("s2026")
    selector.press("Enter")
    expect(dkim).to_contain_text("Fine")
    expect(selector).to_have_value("s2026")
    dkim.get_by_text("What is there now").click()
    expect(dkim).to_contain_text("s2026: v=DKIM1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fits_and_is_accessible(domain: Page, size: ViewportSize, scheme: str) -> None:
    domain.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    domain.set_viewport_size(size)
    expect(domain.locator(".domain-row")).to_have_count(4)
    assert_not_wider_than_window(domain)
    assert_accessible(domain)
