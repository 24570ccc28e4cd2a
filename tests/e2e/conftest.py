"""A real Chromium before the live server. Without one these tests are skipped, loudly; in CI that is a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route, ViewportSize
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post

# Playwright keeps an event loop in this thread, in which Django would otherwise refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# The shell is the same engine without windows of its own, which cost a fifth of the time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

TAKEN_BACK = ("htmx:sendAbort", "htmx:afterRequest,")  # a question that a newer one replaced (hx-sync)

SignInBrowser = Callable[[Membership], None]


@pytest.fixture(scope="session", autouse=True)
def chromium() -> None:
    if CHROMIUM is None:
        reason = "Chromium is not installed: apt-get install chromium (or name it in CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests name whole addresses. The plugin's fixture of this name ends in a warning of pytest 9, here an error."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: None) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    facts = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce"}
    return {**browser_context_args, **facts}


@pytest.fixture(autouse=True)
def quiet_events(context: BrowserContext, live_server: LiveServer) -> None:
    """The event stream is another process: here it is there and says nothing."""

    def answer(route: Route) -> None:
        allowed = {"access-control-allow-origin": live_server.url, "access-control-allow-credentials": "true"}
        route.fulfill(content_type="text/event-stream", headers=allowed, body="retry: 600000\n\n")

    context.route("**/events/", answer)


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> SignInBrowser:
    """The browser is this member's, without the sign-in form in every test."""

    def enter(member: Membership) -> None:
        client = Client()
        client.force_login(member.user)
        value = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])

    return enter


@pytest.fixture
def no_errors(page: Page) -> Iterator[list[str]]:
    """Any error of a script or of the content security policy fails the test."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(TAKEN_BACK):
            errors.append(message.text)

    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", note)
    yield errors
    assert errors == []


@pytest.fixture
def inbox(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    in_account: Account,
    make_mailbox: MakeMailbox,
) -> str:
    """The address of Alice's mail screen, with one letter in it and a contact to write to."""
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer"))
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    sign_in(alice)
    return f"{live_server.url}/mail/inbox/"
