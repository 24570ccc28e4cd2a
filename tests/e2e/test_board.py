"""The board of leads in the browser: by mouse, by keys, by menu, on a phone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Lead, Stage
from crm.pipelines import create_pipeline, default_stage
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
NARROW: ViewportSize = {"width": 320, "height": 700}


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, in_account: Account) -> str:
    """Bob is signed in, and there is a lead; the address of the board."""
    ana = create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    company = write_company(CompanyValues("Harbor Freight"))
    create_lead(LeadValues("40 licences", Decimal("9540"), contacts=[ana], company=company, responsible=bob))
    sign_in(bob)
    return f"{live_server.url}/leads/board/"


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def stands_in(name: str) -> None:
    assert Lead.objects.get(name="40 licences").stage.name == name


def test_a_card_is_dragged_and_the_move_undone(page: Page, start: str) -> None:
    page.goto(start)
    page.get_by_text("Harbor Freight").hover()
    page.mouse.down()
    column(page, "Offer sent").hover()
    page.mouse.move(5, 5, steps=3)
    column(page, "Qualified").hover()
    page.mouse.up()
    expect(column(page, "Qualified")).to_contain_text("40 licences")
    expect(column(page, "Qualified")).to_contain_text("9,540")
    expect(page.locator(".toast")).to_contain_text("40 licences stands in “Qualified” now.")
    stands_in("Qualified")
    page.get_by_role("button", name="Undo").click()
    expect(column(page, "New")).to_contain_text("40 licences")
    stands_in("New")


def test_a_card_moves_by_keys(page: Page, start: str) -> None:
    page.goto(start)
    grip, live = page.get_by_role("button", name="Move 40 licences", exact=True), page.locator("#live")
    grip.press("Space")
    expect(live).to_have_text("Picked up: 40 licences. It stands in New.")
    grip.press("ArrowRight")
    grip.press("ArrowRight")
    expect(live).to_have_text("Offer sent, stage 3 of 5.")
    grip.press("Escape")
    expect(column(page, "New")).to_contain_text("40 licences")
    stands_in("New")
    grip.press("Space")
    grip.press("ArrowRight")
    grip.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Qualified")
    expect(grip).to_be_focused()
    stands_in("Qualified")


def test_a_card_moves_by_menu_on_a_phone(page: Page, start: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(start)
    page.get_by_role("button", name="Move to another stage: 40 licences").click()
    expect(page.get_by_role("button", name="New", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Won").click()
    expect(page.locator(".toast")).to_contain_text("“Won”")
    stands_in("Won")
    page.get_by_role("navigation", name="Stages").get_by_role("link", name="Won").click()
    expect(column(page, "Won").get_by_text("40 licences")).to_be_in_viewport()


def test_what_others_move_shows_at_once_and_refusals_go_back(page: Page, start: str) -> None:
    page.goto(start)
    Lead.objects.update(stage=Stage.objects.get(kind="lost"))
    page.evaluate("htmx.trigger(document.body, 'live-lead')")
    expect(column(page, "Lost")).to_contain_text("40 licences")
    page.route("**/move/**", lambda route: route.fulfill(body="not what was asked"))
    page.get_by_role("button", name="Move 40 licences", exact=True).press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("could not be moved")
    expect(column(page, "Lost")).to_contain_text("40 licences")


def test_filters_and_more_cards(page: Page, start: str) -> None:
    stage = default_stage()
    Lead.objects.bulk_create(Lead(name=f"Deal {number:03}", stage=stage) for number in range(45))
    page.goto(start)
    expect(page.locator(".board-card")).to_have_count(20)
    column(page, "New").get_by_role("button", name="Load more").click()
    expect(page.locator(".board-card")).to_have_count(40)
    page.evaluate("htmx.trigger(document.body, 'live-lead')")
    expect(column(page, "New").get_by_role("button", name="Load more")).to_be_visible()
    expect(page.locator(".board-card")).to_have_count(40)
    page.get_by_role("searchbox").fill("licences")
    expect(page.locator(".board-card")).to_have_count(1)
    page.get_by_role("searchbox").fill("nothing of that name")
    expect(page.get_by_text("No lead matches.")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(page: Page, start: str, size: ViewportSize, scheme: str) -> None:
    create_lead(LeadValues("A lead with a name that goes on and on, as the subject of a letter may, " + "x" * 90))
    create_pipeline("A second pipeline")
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(start)
    expect(page.locator(".board-card")).to_have_count(2)
    assert_not_wider_than_window(page)
    assert_accessible(page)
