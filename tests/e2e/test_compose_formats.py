"""Visual, HTML and plain text: what was written in one is not lost in another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from outbox.models import OutgoingMail
from tests.e2e.composing import choose_format, send, start_letter, text_of
from tests.e2e.looks import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("M15")]
LAYOUT = '<table bgcolor="#eeeeee"><tr><td style="padding: 20px"><h1>Sale</h1></td></tr></table>'


def test_text_and_back_keeps_what_was_formatted(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    text = start_letter(page)
    text.press_sequentially("Dear ")
    page.get_by_role("button", name="Bold").click()
    expect(text).to_be_focused()  # the editor takes the keyboard back with the next frame
    page.keyboard.type("Ana")
    choose_format(page, "Plain text")
    expect(text_of(page)).to_have_value("Dear Ana")
    expect(page.get_by_text("Formatting is put aside")).to_be_visible()
    choose_format(page, "Visual")
    expect(text_of(page).locator("strong")).to_have_text("Ana")
    choose_format(page, "Plain text")
    text_of(page).press_sequentially(", hello")
    choose_format(page, "Visual")
    expect(text_of(page)).to_have_text("Dear Ana, hello")
    page.get_by_role("button", name="Bring it back").click()
    expect(text_of(page).locator("strong")).to_have_text("Ana")


def test_html_of_ones_own_warns_before_the_visual_editor_and_is_kept(page: Page, inbox: str) -> None:
    page.goto(inbox)
    start_letter(page)
    choose_format(page, "HTML")
    text_of(page).fill(LAYOUT)
    sheet = page.frame_locator("iframe[name=letter-sheet]")
    expect(sheet.get_by_role("heading", name="Sale")).to_be_visible()
    assert_accessible(page)
    choose_format(page, "Visual")
    page.get_by_role("button", name="Stay with HTML").click()
    expect(text_of(page)).to_have_value(LAYOUT)
    choose_format(page, "Visual")
    page.get_by_role("button", name="Switch to visual").click()
    expect(page.get_by_text("Your HTML is kept as it was")).to_be_visible()
    choose_format(page, "HTML")
    expect(text_of(page)).to_have_value(LAYOUT)
    page.get_by_label("Subject").fill("Sale")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert 'bgcolor="#eeeeee"' in OutgoingMail.objects.get().html


def test_the_bar_makes_fonts_colors_lists_tables_and_buttons(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    text = start_letter(page)
    text.press_sequentially("Dear Ana")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Font", exact=True).click()
    page.get_by_role("button", name="Georgia").click()
    page.get_by_role("button", name="Size", exact=True).click()
    page.get_by_role("button", name="Large", exact=True).click()
    page.get_by_role("button", name="Color", exact=True).click()
    page.get_by_role("button", name="Red").first.click()
    page.get_by_role("button", name="Alignment").click()
    page.get_by_role("button", name="Centered").click()
    expect(text.locator("p[style*=center] span[style*=Georgia][style*='18px'][style*=color]")).to_have_text("Dear Ana")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Button", exact=True).click()
    page.get_by_placeholder("Words on the button").fill("Read it")
    page.get_by_label("Address of the button").fill("acme.example/offer")
    page.keyboard.press("Enter")
    expect(text.locator("a[href='https://acme.example/offer']")).to_have_text("Read it")
    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_role("button", name="Insert a table").click()
    expect(text_of(page)).to_be_focused()
    page.keyboard.type("Item")
    expect(text.locator("th").first).to_have_text("Item")
