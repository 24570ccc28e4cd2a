"""A web page is written, looked at for a client, linked on a card, and opened by the client on a phone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from automation.links import LinkValues, create_link
from crm.custom_fields import FieldValues, create_field
from crm.models import Contact
from pages.links import link_for
from pages.models import Page as WebPage
from pages.models import PageLink
from pages.pages import create_page
from pages.policies import policy_of
from pages.requests import PageFields
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tracking.models import Hit

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NARROW: ViewportSize = {"width": 320, "height": 700}
LONG = "A page with a name that is much longer than anybody would type, in one go, "


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in; the address of the list."""
    sign_in(alice)
    return f"{live_server.url}/settings/mailer/pages/"


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return Contact.objects.create(name="Ana Morales", first_name="Ana")


@pytest.mark.rule("M81", "M116")
@pytest.mark.usefixtures("no_errors")
def test_links_come_into_a_page_in_each_format(page: Page, start: str, alice: Membership) -> None:
    link = create_link(alice, LinkValues("Yes, please"))
    code = f"{{triggerlink:{link.number}}}"
    for form in ("visual", "html", "text"):
        made = create_page(alice, PageFields(name=form, format=form, body=""))
        page.goto(f"{start}{made.pk}/")
        page.get_by_role("button", name="Insert field").click()
        expect(page.locator("[data-place='{unsubscribelink}']")).to_have_count(0)
        page.locator(f"[data-place='{code}']").click()
        page.get_by_role("button", name="Insert field").click()
        page.locator("[data-place='{weblink}']").click()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_have_text("Saved.")
        made.refresh_from_db()
        assert code in made.body, form
        assert "{weblink}" in made.body, form


@pytest.mark.rule("M110", "M111", "M112", "M113")
@pytest.mark.usefixtures("no_errors")
def test_a_page_is_made_and_written(page: Page, start: str, ana: Contact) -> None:
    page.goto(start)
    page.get_by_role("link", name="Add a page").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Offer")
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    page.get_by_label("Page header").fill("For ")
    page.get_by_role("button", name="Insert field").click()
    page.locator("[data-insert='contact.first_name']").click()
    page.get_by_label("Page title").fill("spring-offer")
    page.get_by_label("Lifetime in days").fill("14")
    page.locator(".ProseMirror").click()
    page.keyboard.type("Dear ")
    page.get_by_role("button", name="Insert field").click()
    page.locator("[data-insert='contact.first_name']").click()
    page.get_by_role("button", name="Preview").click()
    dialog = page.get_by_role("dialog", name="Preview")
    dialog.get_by_label("For").press_sequentially("Ana")
    dialog.get_by_role("option", name="Ana Morales").click()
    expect(page.frame_locator("iframe[name=template-preview-page]").get_by_text("Dear Ana")).to_be_visible()
    expect(dialog.get_by_text("For Ana")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_text("Close", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    made = WebPage.objects.get()
    assert (made.header, made.title, made.lifetime_days) == ("For {{ contact.first_name }}", "spring-offer", 14)
    assert re.sub(r"\s+", " ", made.body).startswith("<p>Dear {{ contact.first_name }}")
    expect(page.locator("#page-code")).to_have_text(made.code)
    assert_accessible(page)


@pytest.mark.usefixtures("no_errors")
def test_its_link_is_made_and_revoked_on_a_card(
    page: Page, start: str, live_server: LiveServer, alice: Membership, ana: Contact
) -> None:
    create_page(alice, PageFields(name="Offer", body="<p>Dear {{ contact.first_name }}</p>"))
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    panel = page.get_by_role("region", name="Web pages")
    panel.get_by_role("button", name="Get the link").click()
    with page.expect_popup() as looked:
        panel.get_by_role("link", name="Offer").click()
    expect(looked.value.get_by_text("Dear Ana")).to_be_visible()
    looked.value.close()
    expect(panel.locator("[id^=page-url-]")).to_have_text(re.compile("/p/"))
    assert not Hit.objects.exists()
    assert_accessible(page)
    panel.get_by_role("button", name="Revoke the link to Offer").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(panel.get_by_text("No links yet.")).to_be_visible()
    assert not PageLink.objects.exists()


@pytest.mark.rule("M110")
def test_the_client_reads_it_on_a_phone(
    browser: Browser, start: str, live_server: LiveServer, alice: Membership, ana: Contact, page: Page
) -> None:
    create_page(
        alice,
        PageFields(name="Offer", header="Your offer", body=f"<h1>Dear {{{{ contact.name }}}}</h1><p>{LONG * 9}</p>"),
    )
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    panel = page.get_by_role("region", name="Web pages")
    panel.get_by_role("button", name="Get the link").click()
    address = urlsplit(panel.locator("[id^=page-url-]").inner_text())
    host = urlsplit(settings.PUBLIC_URL).hostname
    with browser.new_context(viewport=NARROW) as strangers:
        client = strangers.new_page()
        client.goto(f"http://{host}:{urlsplit(live_server.url).port}{address.path}")
        expect(client.get_by_role("heading", name="Dear Ana Morales")).to_be_visible()
        expect(client).to_have_title("Your offer")
        assert_not_wider_than_window(client)
        assert client.evaluate("document.cookie") == ""
        assert_accessible(client)


PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"  # Playwright's own tells of a machine
FORM = """<form action="{formlink}"><p>Budget: <input name="contact[78]"></p><p>Wishes: <input name="contact[79]"></p>
<button>Send</button></form>"""


@pytest.mark.rule("M124")
def test_the_client_is_told_at_the_field_what_it_does_not_take(
    browser: Browser, live_server: LiveServer, alice: Membership, ana: Contact, settings: Settings
) -> None:
    settings.PUBLIC_URL = f"http://{urlsplit(settings.PUBLIC_URL).hostname}:{urlsplit(live_server.url).port}"
    policy_of.cache_clear()
    for number, name, kind in ((78, "Budget", "numeric"), (79, "Wishes", "text")):
        create_field(alice, FieldValues("contact", name, kind, number))
    address = link_for(create_page(alice, PageFields("Offer", header="Your offer", body=FORM, format="html")), card=ana)
    with browser.new_context(viewport=NARROW, user_agent=PERSON) as strangers:
        client = strangers.new_page()
        client.goto(address)
        client.get_by_label("Budget").fill("a lot")
        client.get_by_label("Wishes").fill("soon")
        client.get_by_role("button", name="Send").click()
        budget = client.get_by_label("Budget")
        expect(budget).to_have_accessible_description("Enter a number, such as 1200.50.")
        expect(budget).to_be_focused()
        expect(budget).to_have_value("a lot")
        expect(client.get_by_role("alert")).to_contain_text("Your answers are not saved yet.")
        assert_not_wider_than_window(client)
        assert_accessible(client)
        budget.fill("1200")
        client.get_by_role("button", name="Send").click()
        expect(client.get_by_role("heading", name="Thank you!")).to_be_visible()
    policy_of.cache_clear()
    ana.refresh_from_db()
    assert ana.custom_values == {"78": 1200, "79": "soon"}


@pytest.mark.parametrize("size", [PHONE, NARROW])
def test_its_screens_fit_a_phone(page: Page, start: str, alice: Membership, size: ViewportSize) -> None:
    made = create_page(alice, PageFields(name=LONG[:140], title="a" * 100, body="<p>Hello</p>"))
    page.set_viewport_size(size)
    for address in (start, f"{start}{made.pk}/"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_not_wider_than_window(page)
        assert_accessible(page)
