"""Files by link: they come with a template into a letter, and can be taken off (M46)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from letter_templates.services import TemplateFields, create_template
from outbox.models import OutgoingMail
from tests.e2e.composing import send, start_letter

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("M46")]
LINKS = "https://files.example/offer.pdf\nhttps://files.example/prices.pdf"


def test_they_come_with_a_template_and_one_is_taken_off(
    page: Page, inbox: str, alice: Membership, no_errors: list[str]
) -> None:
    create_template(alice, TemplateFields(name="Offer", subject="Our offer", body="<p>Hi</p>", attachment_url=LINKS))
    page.goto(inbox)
    start_letter(page)
    line = page.get_by_role("group", name="Files by link")
    expect(line).to_be_hidden()
    page.get_by_role("button", name="Template", exact=True).click()
    page.get_by_role("button", name="Offer").click()
    expect(line.locator(".token")).to_have_count(2)
    line.get_by_role("button", name="Remove https://files.example/offer.pdf").click()
    expect(line).to_contain_text("https://files.example/prices.pdf")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert OutgoingMail.objects.get().attachment_url == "https://files.example/prices.pdf"
