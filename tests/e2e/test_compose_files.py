"""Files and pictures of a letter: chosen, pasted, too large, forwarded."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Membership
from mailkit.types import OutgoingAttachment
from outbox.models import Draft, OutgoingMail
from tests.conftest import MakeMailbox
from tests.e2e.composing import expect_saved, send, start_letter, text_of
from tests.threads.builders import Mail, Post

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("M16")]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
PASTE = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "dot.png", { type: "image/png" }));
  const target = document.querySelector(".ProseMirror");
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def choose(page: Page, name: str, size: int) -> None:
    page.locator("[data-files]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": b"x" * size})


def test_a_file_goes_with_the_letter(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(f"{inbox}?compose=ana@client.example")
    expect(page.locator("[data-line=to] .token")).to_have_count(1)
    choose(page, "plan.txt", 4)
    expect(page.locator(".drop .token[data-upload]")).to_contain_text("plan.txt")
    text_of(page).press_sequentially("See the attached plan")
    page.get_by_label("Subject").fill("Plan")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert [part.upload.filename for part in OutgoingMail.objects.get().attachments.all()] == ["plan.txt"]


def test_a_pasted_picture_stands_in_the_text_and_goes_with_it(page: Page, inbox: str, no_errors: list[str]) -> None:
    page.goto(inbox)
    start_letter(page).press_sequentially("Look: ")
    page.evaluate(PASTE, DOT)
    expect(text_of(page).locator("img[data-cid]")).to_have_js_property("naturalWidth", 1)
    expect_saved(page)
    kept = Draft.objects.get().attachments.get()
    assert f'src="cid:{kept.content_id}"' in Draft.objects.get().body
    page.reload()
    expect(text_of(page).locator("img[data-cid]")).to_have_js_property("naturalWidth", 1)
    page.get_by_label("Subject").fill("Look")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert OutgoingMail.objects.get().attachments.get().content_id == kept.content_id


@pytest.mark.rule("M16")
def test_closing_asks_while_files_are_on_their_way_and_what_comes_in_late_opens_nothing(
    page: Page, inbox: str, no_errors: list[str]
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/mail/uploads/", hold)
    page.goto(inbox)
    start_letter(page)
    expect_saved(page)
    choose(page, "plan.txt", 4)
    expect(page.locator(".drop progress")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go back").click()
    expect(page.locator("#compose")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    page.locator(".ask").get_by_role("button", name="Close").click()
    expect(page.locator("#compose")).to_be_hidden()
    for route in held:
        route.abort()
    page.goto(inbox)
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('compose'))") == []


def test_too_much_is_said_before_anything_is_sent(page: Page, inbox: str) -> None:
    page.goto(inbox)
    start_letter(page)
    page.locator("#compose").evaluate("(dialog) => (dialog.dataset.mostFiles = '100')")
    choose(page, "large.txt", 101)
    expect(page.locator("#toasts")).to_contain_text("together")
    expect(page.locator(".drop .token")).to_have_count(0)


@pytest.mark.rule("A11")
def test_a_file_that_cannot_be_had_is_said_and_the_letter_forwarded_without_it(
    page: Page, inbox: str, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    """Its mailbox has no server behind it."""
    plan = OutgoingAttachment("plan.txt", "text/plain", b"plan")
    Post(make_mailbox("office@acme.example", account_of=alice)).file(Mail("With a plan", files=(plan,)))
    page.goto(inbox)
    page.get_by_role("link", name="With a plan").click()
    page.locator("[data-forward]").first.click()
    expect(page.get_by_label("Subject")).to_have_value("Fwd: With a plan")
    expect(page.locator(".drop .token.is-wrong")).to_contain_text("plan.txt", timeout=20_000)
    page.get_by_role("button", name="Remove plan.txt").click()
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("ana@client.example,")
    send(page)
    expect(page.locator("#toasts")).to_contain_text("The letter goes out")
    assert OutgoingMail.objects.get().forward_message is not None


def test_taking_a_file_off_while_it_goes_up_is_no_failure(page: Page, inbox: str) -> None:
    page.goto(inbox)
    start_letter(page)
    page.route("**/mail/uploads/", lambda route: None)  # it never gets there
    choose(page, "plan.txt", 4)
    page.get_by_role("button", name="Remove plan.txt").click()
    expect(page.locator(".drop .token")).to_have_count(0)
    page.wait_for_timeout(300)
    expect(page.locator(".toast")).to_have_count(0)
