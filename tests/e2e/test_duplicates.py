"""Contacts that look alike, in the browser: they are somebody else, or they are not after all."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def duplicates(live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, in_account: Account) -> str:
    """The address of the list, in which two share an address, and three another one."""
    for name, address in (
        ("Ana", "ana@client.example"),
        ("Anna", "ana@client.example"),
        ("Ben", "desk@client.example"),
        ("Cleo", "desk@client.example"),
        ("Dora", "desk@client.example"),
    ):
        create_contact(ContactValues(name, "Morales-Fitzgerald", [address]))
    sign_in(bob)
    return f"{live_server.url}/contacts/duplicates/?by=email"


def test_somebody_else_does_not_come_again(page: Page, duplicates: str) -> None:
    page.goto(duplicates)
    page.get_by_role("button", name="Not a duplicate").click()
    expect(page.get_by_text("Ana Morales-Fitzgerald is somebody else")).to_be_visible()
    expect(page.get_by_role("heading", name="ana@client.example")).to_have_count(0)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="ana@client.example")).to_be_visible()
    page.get_by_role("listitem").filter(has_text="Cleo").get_by_role("button", name="Somebody else").click()
    expect(page.get_by_role("listitem").filter(has_text="Ben")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Cleo")).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 320, "height": 700}], ids=["desktop", "phone", "small"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_is_accessible_and_fits(page: Page, duplicates: str, size: ViewportSize, scheme: str) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(duplicates)
    assert_accessible(page)
    assert_not_wider_than_window(page)
