"""What browser tests of writing share: the dialog opened, and what is in it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def start_letter(page: Page, to: str = "ana@client.example") -> Locator:
    """On a mail screen. The text field, with the editor in it."""
    page.locator("[data-compose]:visible").first.click()
    page.get_by_role("combobox", name="To", exact=True).press_sequentially(f"{to},")
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    return text_of(page)


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text of the letter")


def expect_saved(page: Page) -> None:
    """All that was typed lies on the server."""
    expect(page.locator(".compose-saved")).to_have_text("Draft saved", timeout=15_000)


def choose_format(page: Page, name: str) -> None:
    page.get_by_label("Format", exact=True).select_option(label=name)


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Send|Schedule) ?Ctrl")).click()
