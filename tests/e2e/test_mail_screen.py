"""Reading mail in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES, Mail, Post

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
HTML = '<p>Hello <b>Alice</b></p><script>parent.pwned = 1</script><img src="https://tracker.example/p.gif" alt="logo">'


@pytest.fixture
def inbox(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    in_account: None,
    make_mailbox: MakeMailbox,
) -> str:
    """The address of Alice's inbox with three conversations: "Delivery" is the newest."""
    post = Post(make_mailbox(SALES, account_of=alice))
    post.file(Mail("Offer", html=HTML), Mail("Invoice", sender="Boris <boris@other.example>"), Mail("Delivery"))
    sign_in(alice)
    return f"{live_server.url}/mail/inbox/"


def test_opening_a_conversation_changes_the_address_and_back_returns(page: Page, inbox: str) -> None:
    page.goto(inbox)
    expect(page).to_have_title(re.compile(r"^\(3\) Inbox"))
    page.get_by_role("link", name="Invoice").click()
    expect(page.get_by_role("heading", name="Invoice")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/mail/inbox/\d+/$"))
    expect(page.locator(".row[aria-current]")).to_contain_text("Boris")
    expect(page).to_have_title(re.compile(r"^\(2\) Invoice"))
    page.go_back()
    expect(page.get_by_text("No conversation open")).to_be_visible()


def test_keys_move_open_select_and_explain(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Invoice")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator("#selected-count")).to_have_text("1")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    expect(page.get_by_label("Search mail")).to_have_value("jk?")


PRESS = """([key, code]) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""


def test_keys_are_those_of_the_keyboard_whatever_alphabet_it_writes(page: Page, inbox: str) -> None:
    """On a Russian keyboard J gives "о", O "щ", / a full stop and # the sign of numbers."""
    page.goto(inbox)
    for key in (("о", "KeyJ"), ("о", "KeyJ"), ("щ", "KeyO")):
        page.evaluate(PRESS, key)
    expect(page.get_by_role("heading", name="Invoice")).to_be_visible()
    page.evaluate(PRESS, ("№", "Digit3"))
    expect(page.get_by_role("link", name="Invoice")).to_have_count(0)
    page.evaluate(PRESS, (".", "Slash"))
    expect(page.get_by_label("Search mail")).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate(PRESS.replace("bubbles", "ctrlKey: true, bubbles"), ("л", "KeyK"))
    expect(page.locator("#palette")).to_be_visible()


def test_the_delete_key_takes_the_row_where_the_keys_are(page: Page, inbox: str) -> None:
    """Not the conversation that is open beside the list."""
    page.goto(inbox)
    page.get_by_role("link", name="Delivery").click()
    expect(page.get_by_role("heading", name="Delivery")).to_be_visible()
    page.get_by_role("link", name="Delivery").focus()
    page.keyboard.press("j")
    page.keyboard.press("#")
    expect(page.get_by_role("link", name="Invoice")).to_have_count(0)
    expect(page.get_by_role("link", name="Delivery")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.get_by_role("link", name="Invoice")).to_have_count(1)


def test_selected_conversations_are_deleted_and_brought_back(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.get_by_label("Select the conversation with Boris").check(force=True)
    page.get_by_role("group", name="Selected conversations").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Invoice")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Invoice")).to_have_count(1)


def test_a_letter_cannot_run_scripts_or_load_pictures_of_strangers(page: Page, inbox: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    frame = page.frame_locator("iframe.msg-body")
    expect(frame.get_by_text("Hello Alice")).to_be_visible()
    expect(page.get_by_text("Remote images are blocked")).to_be_visible()
    assert page.evaluate("window.pwned") is None
    assert not [url for url in asked if "tracker.example" in url]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_screen_is_accessible_on_desk_and_phone(page: Page, inbox: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    expect(page.get_by_role("heading", name="Offer")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert_not_wider_than_window(page)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert_not_wider_than_window(page)
