"""The outbox in the browser: reasons, news without losing one's place, and taking a letter back."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def letter(in_account: Account, alice: Membership, make_mailbox: MakeMailbox, sign_in: SignInBrowser) -> OutgoingMail:
    """Held, since the mailbox cannot sign in."""
    sign_in(alice)
    return OutgoingMail.objects.create(
        mailbox=make_mailbox(SALES, account_of=alice),
        author=alice,
        subject="Our offer",
        state=OutgoingMail.State.HELD,
        error_code="auth",
        error_detail="535 5.7.8 wrong password",
        due_at=timezone.now(),
        message_id_header="1@acme.example",
    )


@pytest.mark.rule("M90", "M94")
def test_a_letter_that_is_stuck_is_found_explained_and_taken_back(
    page: Page, live_server: LiveServer, letter: OutgoingMail
) -> None:
    page.goto(f"{live_server.url}/mail/inbox/")
    page.get_by_role("link", name="Outbox 1 need you").click()
    expect(page.get_by_role("article")).to_contain_text("Could not authenticate")
    page.get_by_text("What the server answered").click()
    OutgoingMail.objects.update(subject="Our better offer")
    page.evaluate("htmx.trigger(document.body, 'live-outbox')")
    expect(page.get_by_text("Our better offer")).to_be_visible()
    expect(page.get_by_text("535 5.7.8 wrong password")).to_be_visible()  # still unfolded
    page.get_by_role("button", name="Cancel sending").click()
    expect(page.get_by_text("Everything is sent")).to_be_visible()
    expect(page.get_by_role("link", name="Outbox", exact=True)).to_be_visible()
    letter.refresh_from_db()
    assert letter.state == OutgoingMail.State.CANCELED


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_on_desk_and_phone(
    page: Page, live_server: LiveServer, letter: OutgoingMail, theme: str
) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{live_server.url}/mail/outbox/")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert_not_wider_than_window(page)
    page.keyboard.press("/")  # keys of the list do nothing where there is no list
    page.keyboard.press("j")
