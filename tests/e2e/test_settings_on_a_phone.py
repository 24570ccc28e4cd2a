"""Settings at 390 pixels: what is open is in view, and long names leave room for each other."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.groups import create_group
from accounts.models import Account, Membership
from automation.links import LinkValues, create_link
from crm.task_types import create_type
from tests.automation.stages import make_template
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauu"
MOST_OF_A_ROW = 200


@pytest.fixture
def start(page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice is signed in on a phone; the address of the site."""
    sign_in(alice)
    page.set_viewport_size(PHONE)
    return live_server.url


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def width_of(part: Locator) -> float:
    return box_of(part)["width"]


def assert_apart(first: Locator, second: Locator) -> None:
    """Two parts of one row: neither stands on the other."""
    one, other = box_of(first), box_of(second)
    beside = one["x"] + one["width"] <= other["x"]
    above = one["y"] + one["height"] <= other["y"]
    assert beside or above


def test_the_open_tab_is_in_view(page: Page, start: str) -> None:
    page.goto(f"{start}/settings/mailer/letters/")
    expect(page.locator(".tabs").get_by_role("link", name="Letters")).to_be_in_viewport(ratio=0.9)


def test_a_refused_page_begins_at_its_first_mistake(page: Page, start: str, no_errors: list[str]) -> None:
    page.goto(f"{start}/settings/account/")
    page.get_by_label("Shared mailboxes that collect mail").fill("-1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Shared mailboxes that collect mail")).to_be_focused()
    no_errors.clear()  # the browser notes every 422 as one


def test_a_heading_has_the_room_that_its_buttons_leave(page: Page, start: str) -> None:
    page.goto(f"{start}/settings/account/exports/")
    assert width_of(page.locator(".page-head p")) > PHONE["width"] * 0.8
    page.goto(f"{start}/settings/users/")
    title, invite = page.get_by_role("heading", name="Users"), page.get_by_role("link", name="Invite")
    assert_apart(title, invite)
    assert box_of(title)["y"] < box_of(invite)["y"] + box_of(invite)["height"]


def test_a_long_kind_of_task_stays_beside_its_button(page: Page, start: str, alice: Membership) -> None:
    create_type(alice, LONG)
    page.goto(f"{start}/settings/task-types/")
    row = page.get_by_role("listitem").filter(has_text=LONG)
    assert_apart(row.locator("code"), row.get_by_role("link"))
    assert_apart(row.locator("b"), row.get_by_role("link"))


def test_a_user_of_a_long_group_is_read_across_the_row(page: Page, start: str, alice: Membership) -> None:
    create_group(alice, name=LONG, member_ids=[alice.pk])
    page.goto(f"{start}/settings/users/")
    row = page.locator(".people > li").first
    assert width_of(row.locator(".person-words")) > MOST_OF_A_ROW
    assert_apart(row.locator(".person-words"), row.get_by_role("link").last)
    assert_not_wider_than_window(page)


def test_names_of_templates_and_links_are_read_across_the_row(page: Page, start: str, alice: Membership) -> None:
    make_template(alice, "Offer, the reminder", is_public=True)
    create_link(alice, LinkValues("Link to the offer of this spring"))
    page.goto(f"{start}/settings/templates/")
    assert width_of(page.locator(".template-row .person-words")) > MOST_OF_A_ROW
    page.goto(f"{start}/settings/mailer/triggers/")
    link = page.get_by_role("listitem").filter(has_text="Link to the offer of this spring")
    assert width_of(link.locator(".person-words")) > MOST_OF_A_ROW


def test_the_format_of_a_template_can_be_chosen(page: Page, start: str, alice: Membership) -> None:
    template = make_template(alice)
    page.goto(f"{start}/settings/templates/{template.pk}/")
    choice = page.get_by_label("Format", exact=True)
    choice.scroll_into_view_if_needed()
    page.evaluate("for (const bar of document.querySelectorAll('.compose-bar')) bar.scrollLeft = 0")
    expect(choice).to_be_in_viewport(ratio=1)
