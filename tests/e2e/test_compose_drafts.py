"""Drafts are saved as one types: found again in their folder, never overwritten unseen, kept without a connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from accounts.models import Membership
from outbox.models import Draft
from tests.e2e.composing import expect_saved, start_letter, text_of
from tests.e2e.conftest import SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("G04")]


def close_letter(page: Page) -> None:
    page.locator("[data-leave-letter]").click()
    expect(page.locator("#compose")).to_have_count(0)


def test_a_letter_that_was_begun_lies_in_drafts(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Dear Ana")
    page.get_by_label("Subject").fill("Hello")
    expect_saved(page)
    close_letter(page)
    page.get_by_role("link", name="Drafts").click()
    expect(page.get_by_role("heading", name="Drafts")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert_not_wider_than_window(page)
    page.get_by_role("button", name="Hello Dear Ana").click()
    expect(text_of(page)).to_have_text("Dear Ana")
    assert_not_wider_than_window(page)
    close_letter(page)
    page.get_by_role("button", name="Discard the draft “Hello”").click()
    expect(page.get_by_text("No drafts")).to_be_visible()
    assert not Draft.objects.exists()


def test_a_letter_in_which_nothing_was_typed_leaves_no_draft(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.keyboard.press("c")
    close_letter(page)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("choice", ["Keep mine", "Take the other one"])
def test_two_windows_never_overwrite_each_other_unseen(
    page: Page, context: BrowserContext, inbox: str, choice: str
) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Dear Ana")
    expect_saved(page)
    other = context.new_page()
    other.goto(inbox.replace("/inbox/", "/drafts/"))
    other.locator("[data-draft]").click()
    expect(other.get_by_role("toolbar", name="Formatting")).to_be_visible()
    text_of(other).press_sequentially("Other words. ")
    expect_saved(other)
    text_of(page).press_sequentially(", how are you?")
    expect(page.locator("#compose-notice")).to_contain_text("changed in another window", timeout=15_000)
    expect(text_of(page)).to_have_text("Dear Ana, how are you?")
    assert "Other words." in Draft.objects.get().body
    assert_accessible(page)
    page.get_by_role("button", name=choice).click()
    expected = "Dear Ana, how are you?" if choice == "Keep mine" else "Other words. Dear Ana"
    expect(text_of(page)).to_have_text(expected)
    expect_saved(page)
    assert expected in Draft.objects.get().body


def test_without_a_connection_it_stays_here_and_is_saved_later(page: Page, context: BrowserContext, inbox: str) -> None:
    page.goto(inbox)
    text = start_letter(page)
    text.press_sequentially("Dear ")
    expect_saved(page)
    context.set_offline(True)
    text.press_sequentially("Ana")
    expect(page.locator(".compose-saved")).to_have_text("Kept on this device", timeout=15_000)
    page.locator("[data-leave-letter]").click()
    expect(page.locator("#toasts")).to_contain_text("stays on this device")
    context.set_offline(False)
    expect_saved(page)
    assert "Dear Ana" in Draft.objects.get().body


def test_a_draft_that_was_deleted_elsewhere_can_be_kept(page: Page, inbox: str) -> None:
    page.goto(inbox)
    text = start_letter(page)
    text.press_sequentially("Dear ")
    expect_saved(page)
    Draft.objects.all().delete()
    text.press_sequentially("Ana")
    page.get_by_role("button", name="Save mine as a new draft").click()
    expect_saved(page)
    assert "Dear Ana" in Draft.objects.get().body


def test_the_address_of_the_dialog_leads_to_the_screen_with_it(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(f"{inbox.replace('/inbox/', '/compose/')}?to=ana@client.example")
    expect(page.locator("#compose .token")).to_have_text("ana@client.example×")
    expect(page.get_by_role("heading", name="Inbox")).to_be_attached()
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()


def test_a_link_to_a_new_letter_opens_it_though_another_was_left_open(page: Page, inbox: str) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Dear Ana")
    expect_saved(page)
    page.goto(f"{inbox}?compose=bo@client.example")
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    expect(page.locator("#compose")).to_contain_text("bo@client.example")
    expect(text_of(page)).not_to_contain_text("Dear Ana")
    assert Draft.objects.get().body  # the first one is in Drafts


def test_a_letter_that_only_this_tab_has_goes_before_a_new_one(page: Page, inbox: str) -> None:
    page.goto(inbox)
    text = start_letter(page)
    expect_saved(page)
    page.route("**/drafts/**", lambda route: route.abort())
    text.press_sequentially("Nobody has this")
    page.unroute_all()
    page.goto(f"{inbox}?compose=bo@client.example")
    expect(text_of(page)).to_have_text("Nobody has this")


def test_what_was_typed_offline_outlives_its_tab(page: Page, context: BrowserContext, inbox: str) -> None:
    page.goto(inbox)
    text = start_letter(page)
    context.set_offline(True)
    text.press_sequentially("Dear Ana")
    expect(page.locator(".compose-saved")).to_have_text("Kept on this device", timeout=15_000)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    context.set_offline(False)
    other = context.new_page()
    other.goto(inbox)
    expect(text_of(other)).to_have_text("Dear Ana")
    expect_saved(other)
    assert "Dear Ana" in Draft.objects.get().body
    assert other.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('compose:'))") == []


def test_a_letter_kept_here_is_shown_to_nobody_else_and_in_one_tab(
    page: Page, context: BrowserContext, inbox: str, bob: Membership, sign_in: SignInBrowser
) -> None:
    page.goto(inbox)
    text = start_letter(page)
    page.route("**/drafts/**", lambda route: route.abort())
    text.press_sequentially("Nobody has this")
    expect(page.locator(".compose-saved")).to_have_text("Kept on this device", timeout=15_000)
    other = context.new_page()
    other.goto(inbox)
    other.wait_for_timeout(500)
    expect(other.locator("#compose")).to_have_count(0)
    page.close()
    sign_in(bob)
    other.reload()
    other.wait_for_timeout(500)
    expect(other.locator("#compose")).to_have_count(0)
