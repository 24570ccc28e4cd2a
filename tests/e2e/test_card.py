"""The page of a card in the browser: fields in place, notes, tags, tasks and the timeline."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import APIResponse, Dialog, Error, Page, Route, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from crm.notes import create_note
from crm.tags import set_tags
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window, assert_scrolls_inside
from tests.threads.builders import SALES, Mail, Post

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def ana(
    live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, alice: Membership, in_account: Account,
    make_mailbox: MakeMailbox,
) -> Contact:  # fmt: skip
    """With letters in and out. Bob is signed in."""
    sign_in(bob)
    contact = create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], ["+34 955"]), member=bob)
    post = Post(make_mailbox(SALES, account_of=alice))
    post.file(Mail("Offer for you", sender="Ana <ana@client.example>"))
    post.file_sent(Mail("Our answer", sender=SALES, to="ana@client.example"))
    return contact


def test_a_field_is_changed_where_it_stands(
    page: Page, live_server: LiveServer, ana: Contact, no_errors: list[str]
) -> None:
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    page.get_by_role("button", name="Change: Email addresses").click()
    emails = page.get_by_role("group", name="Email addresses")
    expect(emails.get_by_role("textbox").first).to_be_focused()
    emails.get_by_role("textbox").nth(1).fill("no address")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is not an email address")).to_be_visible()
    expect(emails.get_by_role("button", name="Move up number 2")).to_be_visible()  # the new form is ready
    no_errors.clear()  # the browser itself writes down the refusal
    expect(emails.get_by_role("textbox").nth(1)).to_have_value("no address")
    emails.get_by_role("textbox").nth(1).fill("ana@home.example")
    emails.get_by_role("button", name="Move up number 2").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#field-emails a.fact-edit")).to_be_focused()
    expect(page.locator("#field-emails .fact-line").first).to_contain_text("ana@home.example")


def test_escape_leaves_everything_as_it_was(page: Page, live_server: LiveServer, ana: Contact) -> None:
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    page.get_by_role("button", name="Change: Name").click()
    page.get_by_label("First name").fill("Nobody")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Morales")
    expect(page.get_by_role("button", name="Change: Name")).to_be_focused()


def test_a_note_stands_though_the_timeline_was_just_being_read(
    page: Page, live_server: LiveServer, ana: Contact
) -> None:
    """News made the page ask for its timeline; before the answer came the note was written."""
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    read_before: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if read_before:
            route.continue_()
        else:
            read_before.append((route, route.fetch()))

    page.route(re.compile(r"\?show="), hold)
    page.evaluate("htmx.trigger(document.body, 'live-mail')")
    page.get_by_role("textbox", name="Note").fill("Likes tea")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#toasts")).to_contain_text("The note stands on the card")
    route, answer = read_before[0]
    with suppress(Error):  # nobody waits for it any more
        route.fulfill(response=answer)
    expect(page.locator("#timeline").get_by_text("Likes tea")).to_be_visible()


def test_what_is_chosen_to_be_shown_is_not_taken_back_by_news(
    page: Page, live_server: LiveServer, ana: Contact
) -> None:
    """News made the page ask for its timeline; their answer came after another part of it was chosen."""
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    timeline = page.locator("#timeline")
    page.route(re.compile(r"\?show="), hold_first)
    with page.expect_request(re.compile(r"\?show=")):
        page.evaluate("htmx.trigger(document.body, 'live-mail')")
    with page.expect_event("requestfailed"):  # nobody waits for the news any more
        timeline.get_by_role("link", name="Letters").click()
    expect(timeline.get_by_role("link", name="Letters")).to_have_attribute("aria-current", "true")


def test_a_note_is_added_by_the_keys_that_send_a_letter(page: Page, live_server: LiveServer, ana: Contact) -> None:
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    page.get_by_role("textbox", name="Note").fill("Likes tea")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline").get_by_text("Likes tea")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("")


def test_a_note_that_was_not_added_keeps_the_page_until_it_is_let_go(
    page: Page, live_server: LiveServer, ana: Contact
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    page.get_by_role("textbox", name="Note").press_sequentially("Likes tea")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Leads").first.click(no_wait_after=True)
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Likes tea")
    assert asked == ["beforeunload"]
    page.get_by_role("textbox", name="Note").fill("")


def test_a_note_a_tag_and_a_task(page: Page, live_server: LiveServer, ana: Contact) -> None:
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    page.get_by_role("textbox", name="Note").fill("Likes tea")
    page.get_by_role("button", name="Add the note").click()
    timeline = page.locator("#timeline")
    expect(timeline.get_by_text("Likes tea")).to_be_visible()
    page.get_by_role("combobox", name="Add a tag").fill("VIP")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take off the tag VIP")).to_be_visible()
    page.get_by_text("Add a task").click()
    page.get_by_label("What is to be done").fill("Ring her")
    page.get_by_role("button", name="Next Monday").click()
    expect(page.locator(".task-new [name=due_at]")).to_have_value(re.compile("T10:00$"))
    page.locator(".task-new [name=responsible]").select_option("Alice Archer")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".task-tick")).to_contain_text("Alice Archer")
    page.get_by_role("button", name=re.compile("Done: .* Ring her")).click()
    expect(page.get_by_text("Nothing to do.")).to_be_visible()
    expect(timeline.get_by_text(re.compile("Ring her"))).to_be_visible()
    timeline.get_by_role("link", name="Letters").click()
    expect(timeline.get_by_text("Likes tea")).to_have_count(0)
    expect(timeline.get_by_role("link", name=re.compile("Offer for you"))).to_be_visible()
    timeline.get_by_role("link", name="Notes").click()
    timeline.get_by_role("button", name="Change or delete the note").click()
    page.get_by_role("button", name="Change", exact=True).click()
    page.locator("#timeline textarea").fill("Likes coffee")
    page.locator("#timeline").get_by_role("button", name="Save").click()
    expect(page.locator("#timeline").get_by_text("Likes coffee")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 320, "height": 700}], ids=["desktop", "phone", "small"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_card_is_accessible_and_fits(
    page: Page, live_server: LiveServer, ana: Contact, bob: Membership, size: ViewportSize, scheme: str
) -> None:
    company = write_company(CompanyValues("A company with quite a long name that goes on and on, Ltd"))
    long = create_contact(ContactValues("Long", "W" * 60, [f"{'long.' * 8}address@client.example"], company=company))
    lead = create_lead(LeadValues("40 licences", contacts=[ana, long], company=company), member=bob)
    customer = create_customer(CustomerValues("Morales & Co", contacts=[ana]))
    create_note(lead, "A note on the lead. " * 20, author=bob)
    set_tags(long, ["a tag of sixty letters, as long as the name of a tag may be"])
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    places = ("contacts", ana), ("contacts", long), ("companies", company), ("leads", lead), ("customers", customer)
    for place, card in places:
        page.goto(f"{live_server.url}/{place}/{card.pk}/")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_not_wider_than_window(page)
        assert_scrolls_inside(page)
        assert_accessible(page)
