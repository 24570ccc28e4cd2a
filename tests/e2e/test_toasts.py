"""What is said in a toast is above dialogs and drawers, and can be clicked there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.e2e.composing import text_of
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.looks import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
UPPERMOST = """element => {
  const box = element.getBoundingClientRect()
  return element.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))
}"""


def assert_uppermost(locator: Locator) -> None:
    assert locator.evaluate(UPPERMOST), "something lies above it, or it cannot be clicked"


@pytest.mark.rule("M20")
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_undone_letter_opens_below_the_words_about_it(
    page: Page, inbox: str, size: ViewportSize, no_errors: list[str]
) -> None:
    page.set_viewport_size(size)
    page.goto(inbox)
    page.get_by_role("link", name="Offer").click()
    page.get_by_role("button", name="Reply", exact=True).last.click()
    text_of(page).press_sequentially("Thank you")
    page.locator(".send-pair [type=submit]").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(text_of(page)).to_contain_text("Thank you")
    said = page.locator(".toast").filter(has_text="Sending undone")
    expect(said).to_be_visible()
    assert_uppermost(said)
    assert_uppermost(page.locator(".send-pair [type=submit]"))
    assert_accessible(page)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("body > #toasts")).to_be_attached()


def test_what_is_undone_in_a_toast_is_undone_from_below_a_dialog(page: Page, inbox: str) -> None:
    page.goto(inbox)
    page.get_by_label("Select the conversation with Anna").check(force=True)
    page.get_by_role("group", name="Selected conversations").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Offer")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    undo = page.locator("#toasts").get_by_role("button", name="Undo")
    assert_uppermost(undo)
    undo.click()
    expect(page.locator("#toasts")).to_contain_text("Everything is as it was")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Offer")).to_have_count(1)
    assert_uppermost(page.locator(".toast").last)
