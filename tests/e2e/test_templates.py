"""A template is made in a dialog, written with fields and a file, looked at for a client, and sent to oneself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.models import Contact
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NARROW: ViewportSize = {"width": 320, "height": 700}
LONG = "A template with a name that is much longer than anybody would type, in one go, " * 2


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in; the address of the list."""
    sign_in(alice)
    return f"{live_server.url}/settings/templates/"


@pytest.mark.rule("K50", "K51", "K52", "M40")
@pytest.mark.usefixtures("no_errors")
def test_a_template_is_made_and_written(page: Page, start: str, tmp_path: Path) -> None:
    page.goto(start)
    page.get_by_role("link", name="Add a template").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Offer")
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    page.get_by_label("Subject").fill("For ")
    page.get_by_role("button", name="Insert field").click()
    page.locator("[data-insert='contact.first_name']").click()
    expect(page.get_by_label("Subject")).to_have_value("For {{ contact.first_name }}")
    writing = page.get_by_role("textbox", name="Text of the letter")
    writing.click()
    page.keyboard.type("Dear ")
    page.get_by_role("button", name="Insert field").click()
    page.get_by_label("Find a field").fill("first")
    page.locator("[data-insert='contact.first_name']").click()
    plan = tmp_path / "plan.txt"
    plan.write_text("the plan")
    page.locator("[data-files]").set_input_files(plan)
    expect(page.locator(".drop .token[data-upload]")).to_contain_text("plan.txt")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_have_text("Saved.")
    made = Template.objects.get()
    assert (made.subject, made.format) == ("For {{ contact.first_name }}", "visual")
    assert re.sub(r"\s+", " ", made.body).startswith("<p>Dear {{ contact.first_name }}")
    assert [file.filename for file in made.files.all()] == ["plan.txt"]
    expect(page.locator(".drop .token")).to_contain_text("plan.txt")
    assert_accessible(page)


@pytest.mark.rule("M18", "M41")
@pytest.mark.usefixtures("no_errors")
def test_it_is_looked_at_for_a_client_and_sent_to_oneself(
    page: Page, start: str, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("alice@acme.example", owner=alice)
    Contact.objects.create(name="Ann Lee", first_name="Ann")
    made = create_template(alice, TemplateFields(name="Offer", subject="Hi", body="<p>Dear {{contact.first_name}}</p>"))
    page.goto(f"{start}{made.pk}/")
    page.get_by_role("button", name="Preview").click()
    dialog = page.get_by_role("dialog", name="Preview")
    expect(dialog.get_by_text("This field is empty for this reader")).to_be_visible()
    find = dialog.get_by_role("combobox", name="For")
    find.press_sequentially("Ann")
    expect(dialog.get_by_role("listbox", name="Contacts and leads").get_by_role("option")).to_have_count(1)
    find.press("Escape")
    expect(find).to_have_attribute("aria-expanded", "false")
    find.press_sequentially(" L")
    expect(dialog.get_by_role("option", name="Ann Lee")).to_be_visible()
    assert_accessible(page)
    find.press("ArrowDown")
    find.press("Enter")
    letter = page.frame_locator("iframe[name=template-preview-page]")
    expect(letter.get_by_text("Dear Ann")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("button", name="Send a test to me").click()
    expect(page.locator(".toast")).to_have_text("A test goes to alice@acme.example.")
    assert OutgoingMail.objects.get().contact == Contact.objects.get()


@pytest.mark.rule("K52")
def test_a_wrong_field_is_named_and_what_was_typed_stays(page: Page, start: str, alice: Membership) -> None:
    made = create_template(alice, TemplateFields(name="Offer", body="<table bgcolor='red'></table>", format="html"))
    page.goto(f"{start}{made.pk}/")
    body = page.get_by_role("textbox", name="Text of the letter")
    body.fill("<p>{{ contact.nam }}</p>")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no field “contact.nam” (line 1, column 7).")).to_be_visible()
    expect(body).to_have_value("<p>{{ contact.nam }}</p>")


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW])
def test_the_screens_hold_long_words_and_small_windows(
    page: Page, start: str, alice: Membership, size: ViewportSize
) -> None:
    page.set_viewport_size(size)
    page.goto(start)
    expect(page.get_by_text("No templates yet")).to_be_visible()
    assert_accessible(page)
    made = create_template(alice, TemplateFields(name=LONG[:150], subject=LONG, is_public=True))
    for path in ("", "new/", "import/", f"{made.pk}/"):
        page.goto(f"{start}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_accessible(page)
        assert_not_wider_than_window(page)
