"""A client opens a letter in the browser of a phone and fills in its form (M120-M127). No script runs there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.pages.forms import FormLetter, make_fields, send_form

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NARROW: ViewportSize = {"width": 320, "height": 700}
# Chromium without a window says so, and is known as a machine.
PERSON = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"


@pytest.fixture
def letter(
    alice: Membership, in_account: Account, make_mailbox: MakeMailbox, live_server: LiveServer, settings: Settings
) -> FormLetter:
    settings.PUBLIC_URL = f"http://127.0.0.1:{urlsplit(live_server.url).port}"
    make_fields(alice)
    return send_form(alice, make_mailbox("alice@acme.example", owner=alice))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, user_agent=PERSON)
    yield context.new_page()
    context.close()


@pytest.mark.rule("M120", "M121", "M126")
def test_a_client_fills_in_the_form_of_a_letter(phone: Page, letter: FormLetter) -> None:
    phone.goto(letter.web_url)
    assert_accessible(phone)
    phone.set_viewport_size(NARROW)
    assert_not_wider_than_window(phone)
    phone.get_by_label("Device type").select_option("Smart")
    phone.get_by_label("Upgrade").check()
    phone.get_by_label("Online").check()
    phone.get_by_label("Comment").fill("Ring twice")
    phone.get_by_label("Home address").fill("Elm Street 1")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert_accessible(phone)
    values = {"620105": "Smart", "620103": ["Upgrade"], "657261": "Online", "620111": "Ring twice"}
    assert letter.values() == {**values, "77": "Elm Street 1"}


@pytest.mark.rule("M127")
def test_where_the_account_wants_it_the_client_confirms(phone: Page, letter: FormLetter, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(confirm_forms=True, language="ru")
    phone.emulate_media(color_scheme="dark")
    phone.goto(letter.web_url)
    phone.get_by_label("Comment").fill("Позвоните <дважды>")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Позвоните <дважды>")).to_be_visible()
    assert_accessible(phone)
    phone.set_viewport_size(NARROW)
    assert_not_wider_than_window(phone)
    assert not letter.values()
    phone.get_by_role("button").click()
    expect(phone.get_by_text("Позвоните <дважды>")).to_have_count(0)
    assert letter.values()["620111"] == "Позвоните <дважды>"


def test_an_empty_form_leads_back_to_it(phone: Page, letter: FormLetter) -> None:
    phone.goto(letter.web_url)
    phone.get_by_label("Device type").evaluate("field => field.remove()")  # a choice is always filled in
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="Nothing is filled in")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("link", name="To the form").click()
    expect(phone.get_by_label("Comment")).to_be_visible()
