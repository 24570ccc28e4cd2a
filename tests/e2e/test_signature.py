"""The editor of a signature: written visually, with a field picked from the list, and seen as clients will see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in; the address of the site."""
    sign_in(alice)
    return live_server.url


def editor_of(page: Page) -> Locator:
    """Once it stands in the place of the text area."""
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    return page.get_by_role("textbox", name="Signature")


@pytest.mark.rule("K52", "M48")
@pytest.mark.usefixtures("no_errors")
def test_a_signature_is_written_with_a_field_and_previewed(page: Page, start: str, alice: Membership) -> None:
    page.goto(f"{start}/settings/profile/")
    writing = editor_of(page)
    writing.click()
    page.keyboard.type("Kind regards, ")
    page.get_by_role("button", name="Bold").click()
    page.get_by_role("button", name="Insert a field").click()
    page.get_by_title("user.name").click()
    expect(writing).to_have_text("Kind regards, {{ user.name }}")
    page.get_by_role("button", name="Preview").click()
    preview = page.frame_locator("iframe[name=signature-preview]")
    expect(preview.get_by_text("Kind regards, Alice Archer")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    alice.refresh_from_db()
    assert alice.signature == "<p>Kind regards, <strong>{{ user.name }}</strong></p>"


@pytest.mark.rule("K52")
def test_a_wrong_field_is_named_and_what_was_typed_stays(page: Page, start: str) -> None:
    page.goto(f"{start}/settings/profile/")
    writing = editor_of(page)
    writing.click()
    page.keyboard.type("Yours, {{ user.nam }}")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("There is no field “user.nam” (line 1, column 14).")).to_be_visible()
    expect(writing).to_have_text("Yours, {{ user.nam }}")
    page.get_by_role("button", name="Preview").click()
    preview = page.frame_locator("iframe[name=signature-preview]")
    expect(preview.get_by_role("alert")).to_have_text("There is no field “user.nam” (line 1, column 14).")


@pytest.mark.usefixtures("no_errors")
def test_html_that_the_visual_editor_would_lose_is_edited_as_html(
    page: Page, start: str, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    table = "<table><tbody><tr><td>{{ mailbox.address }}</td></tr></tbody></table>"
    Mailbox.objects.filter(pk=mailbox.pk).update(signature=table)
    page.goto(f"{start}/settings/mailboxes/{mailbox.pk}/")
    source = page.get_by_role("textbox", name="Signature")
    expect(source).to_have_value(table)
    expect(page.get_by_text("It is edited as HTML, so that nothing is lost.")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    preview = page.frame_locator("iframe[name=signature-preview]")
    expect(preview.get_by_text("sales@acme.example")).to_be_visible()
    source.fill("<p>Acme</p>")
    page.get_by_role("button", name="HTML").click()
    expect(page.get_by_role("textbox", name="Signature")).to_have_text("Acme")
    expect(page.get_by_role("button", name="Bold")).to_be_visible()


@pytest.mark.usefixtures("no_errors")
def test_a_plain_signature_keeps_its_lines_and_signs(page: Page, start: str, alice: Membership) -> None:
    plain = "Alice <alice@acme.example>\n<Acme>"
    Membership.objects.filter(pk=alice.pk).update(signature=plain)
    page.goto(f"{start}/settings/profile/")
    expect(editor_of(page)).to_contain_text("Alice <alice@acme.example>")
    expect(editor_of(page)).to_contain_text("<Acme>")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    alice.refresh_from_db()
    assert alice.signature.splitlines() == plain.splitlines()


@pytest.mark.usefixtures("no_errors")
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_fits_and_is_accessible(page: Page, start: str, size: ViewportSize, scheme: str) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{start}/settings/profile/")
    editor_of(page).click()
    page.keyboard.type("Alice")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Insert a field").click()
    expect(page.get_by_title("mailbox.address")).to_be_visible()
    assert_not_wider_than_window(page)
    assert_accessible(page)
