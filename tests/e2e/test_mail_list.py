"""The list of conversations in the browser: many at once, by hand, by keys, and far down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES, START, Mail, Post
from threads.models import Thread

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
NEWS = "htmx.trigger(document.body, 'live-mail')"


@pytest.fixture
def post(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    in_account: Account,
    bob: Membership,
    make_mailbox: MakeMailbox,
) -> Post:
    """Bob's browser is signed in."""
    sign_in(bob)
    return Post(make_mailbox(SALES, account_of=bob))


@pytest.fixture
def inbox(live_server: LiveServer, post: Post) -> str:
    """Three conversations: "Delivery" is the newest."""
    post.file(Mail("Offer"), Mail("Offer"), Mail("Invoice", sender="Boris <boris@other.example>"), Mail("Delivery"))
    return f"{live_server.url}/mail/inbox/"


def add_threads(post: Post, count: int) -> None:
    """Rows of the list, without letters."""
    Thread.objects.bulk_create(
        Thread(
            mailbox=post.mailbox,
            subject=f"Letter {number}",
            counterpart_address=f"p{number}@client.example",
            counterpart_key=f"p{number}@client.example",
            message_count=1,
            incoming_count=1,
            last_message_at=START - timedelta(minutes=number),
        )
        for number in range(count)
    )


def test_all_conversations_are_marked_at_once_and_it_is_undone(page: Page, post: Post, inbox: str) -> None:
    add_threads(post, 60)
    page.goto(inbox)
    page.get_by_label("Select the conversation with Boris").check(force=True)
    page.get_by_role("button", name="Select all").click()
    expect(page.get_by_text("All 63 conversations selected")).to_be_visible()
    expect(page.get_by_role("button", name="Merge into one conversation")).to_be_hidden()
    page.get_by_role("group", name="Selected conversations").get_by_role("button", name="Mark as read").click()
    expect(page.locator(".row[data-unread]")).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^Inbox"))
    page.keyboard.press("z")
    expect(page.locator("#live")).to_have_text("Everything is as it was")
    expect(page.locator(".row[data-unread]")).to_have_count(3)


@pytest.mark.rule("G01")
def test_conversations_are_merged_and_a_letter_is_split_off(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    expect(page.get_by_role("heading", name="Offer")).to_be_visible()
    for who in ("Boris", "Anna Petrova"):
        page.get_by_label(f"Select the conversation with {who}").last.check(force=True)
    page.get_by_role("button", name="Merge into one conversation").click()
    expect(page.get_by_role("heading", name="Invoice")).to_be_visible()  # the open one went into it
    expect(page.get_by_text("3 letters", exact=True)).to_be_visible()
    expect(page.locator("#rows .row")).to_have_count(2)
    newest = page.locator(".msg").last
    newest.get_by_role("button", name="More about this letter").click()
    newest.get_by_text("Why is it here?").click()
    expect(page.get_by_text("Bob Baker merged this conversation")).to_be_visible()
    page.keyboard.press("Escape")
    newest.get_by_role("button", name="More about this letter").click()
    newest.get_by_role("button", name="Split off this letter").click()
    expect(page.locator("#rows .row")).to_have_count(3)
    expect(page.get_by_text("2 letters", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator("#rows .row")).to_have_count(2)
    expect(page.get_by_text("3 letters", exact=True)).to_be_visible()


@pytest.mark.rule("K60")
def test_one_letter_is_deleted_and_comes_back(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    expect(page.get_by_text("2 letters", exact=True)).to_be_visible()
    newest = page.locator(".msg").last
    newest.get_by_role("button", name="More about this letter").click()
    newest.get_by_role("button", name="Delete this letter").click()
    expect(page.get_by_text("1 letter", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text("2 letters", exact=True)).to_be_visible()


def test_filters_are_in_the_address_and_empty_ones_say_so(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.get_by_role("link", name="To answer").click()
    expect(page).to_have_url(re.compile("filter=waiting"))
    expect(page.locator("#rows .row")).to_have_count(3)
    page.get_by_role("link", name="With files").click()
    expect(page.get_by_text("No conversation here has attachments.")).to_be_visible()
    assert_accessible(page)


def test_new_letters_do_not_move_what_is_being_read(page: Page, post: Post, inbox: str) -> None:
    add_threads(post, 60)
    page.goto(inbox)
    page.locator("#rows").evaluate("rows => rows.scrollTop = 900")
    place = page.locator("#rows").evaluate("rows => rows.scrollTop")
    post.file(Mail("Just in", sender="new@client.example"))
    page.evaluate(NEWS)
    expect(page.get_by_role("button", name="New letters: 1")).to_be_visible()
    assert page.locator("#rows").evaluate("rows => rows.scrollTop") == place
    page.get_by_role("button", name="New letters: 1").click()
    expect(page.get_by_role("link", name="Just in")).to_be_in_viewport()


def test_a_long_way_down_the_rows_above_are_let_go(page: Page, post: Post, inbox: str) -> None:
    add_threads(post, 620)
    page.goto(inbox)
    rows, last = page.locator("#rows .row"), page.get_by_role("link", name=re.compile(r"Letter 619\b"))
    while page.locator(".more").count():
        asked = page.locator(".more").get_attribute("hx-get")
        page.locator("#rows").evaluate("rows => rows.scrollTop = rows.scrollHeight")
        expect(page.locator(f'.more[hx-get="{asked}"]')).to_have_count(0)
    expect(last).to_be_attached()
    expect(rows).to_have_count(500)
    page.get_by_role("button", name="Back to the newest").click()
    expect(page.get_by_role("link", name="Delivery")).to_be_in_viewport()


def test_everything_is_found_under_one_key(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Go to, or do")
    expect(search).to_be_focused()
    assert_accessible(page)
    search.fill("zzzz")
    expect(page.get_by_text("Nothing is called that.")).to_be_visible()
    search.fill("leads")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/leads/board/$"))
    page.keyboard.press("Meta+k")
    search.fill(SALES)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/mail/inbox/\?mailbox=\d+$"))


def test_a_card_is_found_under_the_same_key(page: Page, inbox: str) -> None:
    ana = create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    page.goto(inbox)
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Go to, or do")
    search.fill("morales")
    hit = page.get_by_role("option", name="Ana Morales")
    expect(hit).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Letters with “morales”")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/contacts/{ana.pk}/$"))


def test_single_keys_go_places_and_are_switched_off_for_good(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
    page.goto(inbox)
    page.keyboard.press("?")
    with page.expect_response("**/preferences/shortcuts/"):
        page.get_by_label("Single keys do something").click()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to, or do")).to_be_visible()  # not a single key
    expect(page.get_by_role("heading", name="Keyboard")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_selection_is_accessible_on_desk_and_phone(page: Page, inbox: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(inbox)
    page.get_by_label("Select the conversation with Boris").check(force=True)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert_not_wider_than_window(page)
