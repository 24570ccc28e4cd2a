"""Letters for later and letters that came back, in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from outbox.models import OutgoingMail, OutgoingRecipient, Suppression
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
NARROW: ViewportSize = {"width": 320, "height": 640}
State = OutgoingMail.State


@pytest.fixture
def letters(in_account: Account, alice: Membership, make_mailbox: MakeMailbox, sign_in: SignInBrowser) -> None:
    """One for tomorrow, two that wait because the letters of the day are used up, one that failed."""
    sign_in(alice)
    mailbox = make_mailbox(SALES, account_of=alice)
    tomorrow = timezone.now() + timedelta(days=1)
    for number, (subject, state, code) in enumerate(
        [
            ("Our offer", State.QUEUED, ""),
            ("News of May", State.QUEUED, "over_daily_limit"),
            ("News of June", State.QUEUED, "over_daily_limit"),
            ("A reminder", State.FAILED, "invalid_address"),
        ]
    ):
        mail = OutgoingMail.objects.create(
            mailbox=mailbox, author=alice, subject=subject, state=state, error_code=code, due_at=tomorrow,
            message_id_header=f"{number}@acme.example",
        )  # fmt: skip
        OutgoingRecipient.objects.create(mail=mail, kind="to", position=0, address="ann@client.example", name="Ann")
    Suppression.objects.create(email_key="gone@client.example", reason="bounced", detail="550 5.1.1 no such user")


@pytest.mark.rule("M20")
@pytest.mark.usefixtures("letters")
def test_a_letter_for_later_is_found_and_sent_now(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/mail/inbox/")
    page.get_by_role("link", name="Scheduled 1 to be sent later").click()
    letter = page.get_by_role("article")
    expect(letter).to_contain_text("It goes out")
    letter.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Nothing is scheduled")).to_be_visible()
    page.goto(f"{live_server.url}/mail/outbox/?queue=waiting")
    expect(page.get_by_text("Our offer")).to_be_visible()


@pytest.mark.rule("M91", "M94")
@pytest.mark.usefixtures("letters")
def test_the_outbox_is_read_by_parts(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/mail/outbox/")
    expect(page.get_by_text("2 letters wait; the last one goes out about")).to_be_visible()
    page.get_by_role("link", name="Not sent").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_text("The address does not exist")).to_be_visible()
    page.get_by_role("link", name="Addresses that take no mail").click()
    page.get_by_role("button", name="It works again").click()
    expect(page.get_by_text("All addresses take mail")).to_be_visible()


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_are_accessible_and_fit_everywhere(page: Page, live_server: LiveServer, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for path in ("scheduled/", "outbox/", "outbox/bad-addresses/"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{live_server.url}/mail/{path}")
        assert_accessible(page)
        for size in (PHONE, NARROW):
            page.set_viewport_size(size)
            assert_not_wider_than_window(page)
        assert_accessible(page)
