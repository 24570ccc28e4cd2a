"""Fields of the account's own and customers, in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.customers import CustomerValues, create_customer
from crm.models import CustomField
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice, an administrator, is signed in; the address of the site."""
    sign_in(alice)
    return live_server.url


def test_a_field_is_added_and_filled_in_on_a_customer(page: Page, start: str) -> None:
    create_contact(ContactValues("Grace", "Hopper", emails=["grace@client.example"]))
    page.goto(f"{start}/settings/fields/")
    page.get_by_label("Name").fill("Favorite color")
    page.get_by_label("Stands on").select_option("customer")
    page.get_by_label("What it holds").select_option("list")
    page.get_by_label("Choices").fill("Red\nBlue")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("{{customer.favorite_color}}")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Customers").click()
    page.get_by_role("link", name="Add a customer").click()
    find = page.get_by_role("combobox", name="Find a contact")
    find.press_sequentially("gra")
    expect(page.get_by_role("option", name="Grace Hopper")).to_be_visible()
    assert_accessible(page)
    find.press("ArrowDown")
    find.press("Enter")
    expect(page.get_by_role("checkbox", name="Grace Hopper")).to_be_checked()
    expect(find).to_have_value("")
    expect(find).to_be_focused()
    find.press("Enter")
    expect(find).to_be_visible()
    page.get_by_label("Favorite color").select_option("Blue")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Grace Hopper")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Blue")).to_be_visible()


@pytest.mark.parametrize(
    ("window", "scheme"), [(DESKTOP, "light"), (PHONE, "dark"), ({"width": 320, "height": 640}, "light")]
)
def test_every_screen_holds_to_the_rules(
    page: Page, start: str, alice: Membership, window: ViewportSize, scheme: str
) -> None:
    fields = [
        create_field(
            alice, FieldValues("customer", f"{label}, a field with a long name", type, options=["Red", "Blue"])
        )
        for type, label in CustomField.Type.choices
    ]
    contact = create_contact(ContactValues("Grace", "Hopper", emails=["grace@client.example"]))
    values = {"text": "Long text " * 20, "numeric": 1500, "multilist": ["Red", "Blue"], "date": "2026-11-22"}
    own = {str(field.number): values[field.type] for field in fields if field.type in values}
    customer = create_customer(CustomerValues("Grace & Company", [contact], custom_fields=own))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size(window)
    for path in (
        "/settings/fields/",
        f"/settings/fields/{fields[2].pk}/",
        "/customers/",
        f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/edit/",
        "/customers/?q=nobody",
    ):
        page.goto(f"{start}{path}")
        assert_accessible(page)
        assert_not_wider_than_window(page)
