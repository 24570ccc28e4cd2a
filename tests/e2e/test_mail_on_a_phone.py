"""Nothing of the mail screen hides on a phone: neither beside the window nor below the button for a new letter."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE
from tests.threads.builders import Mail, Post
from threads.models import Message
from threads.services import delete_messages

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    size: ViewportSize = PHONE
    return {**browser_context_args, "viewport": size}


def test_the_filter_that_is_on_is_in_view(page: Page, inbox: str, alice: Membership) -> None:
    """Its words are longer in Russian."""
    alice.user.language = "ru"
    alice.user.save()
    page.goto(f"{inbox}?filter=files")
    pill = page.locator(".list-head .pill").last
    expect(pill).to_have_text("С файлами")
    expect(pill).to_be_in_viewport(ratio=0.99)


@pytest.mark.rule("K63")
def test_the_arrow_of_what_is_withheld_can_be_touched(
    page: Page, live_server: LiveServer, inbox: str, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox("bob@acme.example", owner=bob)).file(Mail("Salary"))
    delete_messages(bob, list(Message.objects.filter(mailbox__owner=bob).values_list("pk", flat=True)))
    page.goto(f"{live_server.url}/mail/deleted/")
    page.locator(".withheld summary > :last-child").click()
    expect(page.locator(".withheld[open]")).to_be_visible()
