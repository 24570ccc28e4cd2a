"""Contacts, their cards and their leads in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES, Mail, Post

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, in_account: Account) -> str:
    """Bob is signed in; the address of the site."""
    sign_in(bob)
    return live_server.url


@pytest.mark.rule("G02")
def test_a_contact_is_made_and_finds_its_mail(
    page: Page, start: str, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer for you", sender="Grace <grace@client.example>"))
    write_company(CompanyValues("Harbor Freight"))
    page.goto(f"{start}/contacts/")
    page.get_by_role("link", name="Add a contact").click()
    page.get_by_label("First name").fill("Grace")
    emails = page.get_by_role("group", name="Email addresses")
    emails.get_by_role("textbox").fill("grace@home.example")
    emails.get_by_role("button", name="Add another").click()
    expect(emails.get_by_role("textbox").nth(1)).to_be_focused()
    emails.get_by_role("textbox").nth(1).fill("grace@client.example")
    page.get_by_label("Company").fill("Har")
    expect(page.locator("#company-names option")).to_have_attribute("value", "Harbor Freight")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("1 letter that was here already stands on the card.")
    expect(page.get_by_role("link", name=re.compile("Offer for you"))).to_be_visible()
    expect(page.get_by_role("link", name="Write", exact=True).first).to_have_attribute(
        "href", re.compile("compose=grace")
    )


def test_search_narrows_the_list_as_one_types(page: Page, start: str) -> None:
    for name in ("Ana", "Tom"):
        create_contact(ContactValues(name, "Example"))
    page.goto(f"{start}/contacts/")
    page.get_by_role("searchbox").press_sequentially("an")
    expect(page.get_by_role("link", name="Tom Example")).to_have_count(0)
    expect(page.get_by_role("link", name="Ana Example")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=an"))
    page.get_by_role("searchbox").fill("nobody")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_a_lead_begins_on_the_card_moves_on_and_goes(page: Page, start: str) -> None:
    ana = create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    page.goto(f"{start}/contacts/{ana.pk}/")
    page.get_by_role("link", name="Add a lead").click()
    page.get_by_label("Name", exact=True).fill("40 licences")
    page.get_by_label("Price").fill("9540")
    page.get_by_role("button", name="Save").click()
    card = page.locator(".lead-card")
    expect(card).to_contain_text("9,540")
    card.get_by_role("button", name="Move to another stage: 40 licences").click()
    page.get_by_role("button", name="Qualified").click()
    expect(card).to_contain_text("Qualified")
    card.get_by_role("link", name="40 licences", exact=True).click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog", name="Delete 40 licences?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No leads yet")).to_be_visible()


def test_contacts_are_found_and_ticked_for_a_lead(page: Page, start: str) -> None:
    for name in ("Ana", "Tom"):
        create_contact(ContactValues(name, "Example"))
    page.goto(f"{start}/leads/new/")
    page.get_by_label("Name", exact=True).fill("Renewal")
    for name in ("Ana", "Tom"):
        page.get_by_role("combobox", name="Find a contact").fill(name)
        page.get_by_role("option", name=f"{name} Example").click()
        expect(page.get_by_role("checkbox", name=f"{name} Example")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Renewal").click()
    expect(page.get_by_role("link", name="Ana Example")).to_be_visible()
    assert Lead.objects.get().contacts.count() == 2


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(page: Page, start: str, size: ViewportSize, scheme: str) -> None:
    company = write_company(CompanyValues("A company with quite a long name that goes on and on, Ltd"))
    ana = create_contact(ContactValues("Ana", "Morales", [f"{'long.' * 8}address@client.example"], company=company))
    lead = create_lead(LeadValues("40 licences", contacts=[ana], company=company))
    Contact.objects.bulk_create(Contact(name=f"Person {n:03}") for n in range(60))
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    places = [
        "contacts/",
        f"contacts/{ana.pk}/",
        "contacts/new/",
        f"companies/{company.pk}/",
        "leads/",
        f"leads/{lead.pk}/edit/",
    ]
    for place in places:
        page.goto(f"{start}/{place}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_not_wider_than_window(page)
        assert_accessible(page)
