"""Hostile letters in a real browser: nothing in them runs, and nothing is loaded before the reader consents.

Each vector is a letter and a document of its own. They are shown through the real frame, through each of its three
layers alone, and, to see that they bite, through none. Where one layer alone lets something load is said here too.
"""

from __future__ import annotations

import re

import pytest
from django.db.models import QuerySet
from playwright.sync_api import BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.e2e.conftest import SignInBrowser
from tests.e2e.hostile_vectors import ACTIVE, REMOTE, VECTORS
from tests.e2e.hostile_watch import Watch, show, show_alone, without_policy
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message, Thread
from web import mail_reader
from web.letter_page import POLICY

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
POLICY_WITHOUT_SANDBOX = POLICY.partition("; sandbox")[0]


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch.over(context)


def serve_raw(page: Page, *, policy: str = "") -> list[str]:
    """The addresses of the vectors as they were written."""
    headers = {"Content-Type": "text/html; charset=utf-8", **({"Content-Security-Policy": policy} if policy else {})}

    def letter(route: Route) -> None:
        html = VECTORS[int(route.request.url.rpartition("/")[2])]
        route.fulfill(body=f"<!doctype html>{html}", headers=headers)

    page.route(re.compile(r"/raw/\d+$"), letter)
    return [f"/raw/{number}" for number in range(len(VECTORS))]


@pytest.fixture
def letters(
    sign_in: SignInBrowser, alice: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> QuerySet[Message]:
    """All vectors as letters of one conversation, filed as sync does."""
    Post(make_mailbox(SALES, account_of=alice)).file(*[Mail("Offer", html=html) for html in VECTORS])
    sign_in(alice)
    return Message.objects.all()


def test_without_any_layer_they_bite(
    page: Page, live_server: LiveServer, watch: Watch, request: pytest.FixtureRequest
) -> None:
    """The positive control: vectors that no browser of today heeds would prove nothing."""
    show_alone(page, live_server, serve_raw(page))
    counted = f"{len(watch.ran)} of {len(ACTIVE)} run and {len(watch.loaded)} of {len(REMOTE)} load"
    request.config.get_terminal_writer().line(f"\nhostile letters: without any layer {counted}")
    assert len(watch.ran) >= 80
    assert len(watch.loaded) >= 48


def test_through_the_real_frame_nothing_runs_and_nothing_loads(
    page: Page, live_server: LiveServer, watch: Watch, letters: QuerySet[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_reader, "SHOWN_AT_ONCE", len(VECTORS))
    show(page, f"{live_server.url}/mail/inbox/{Thread.objects.get().pk}/")
    assert len([frame for frame in page.frames if "/body/" in frame.url]) == len(VECTORS)
    assert (watch.ran, watch.loaded) == (set(), set())


def test_the_cleaning_alone_holds(
    page: Page, live_server: LiveServer, watch: Watch, letters: QuerySet[Message]
) -> None:
    """The product's own documents, without their policy and without the sandbox."""
    page.route("**/body/", without_policy)
    show_alone(page, live_server, [f"/mail/messages/{letter.pk}/body/" for letter in letters])
    assert (watch.ran, watch.loaded) == (set(), set())


def test_the_policy_alone_holds_but_for_a_refresh(page: Page, live_server: LiveServer, watch: Watch) -> None:
    show_alone(page, live_server, serve_raw(page, policy=POLICY_WITHOUT_SANDBOX))
    assert watch.ran == set()
    assert watch.loaded == {html for html in REMOTE if "refresh" in html}


def test_the_sandbox_alone_lets_nothing_run(page: Page, live_server: LiveServer, watch: Watch) -> None:
    """It is no wall against loading: that is what the other two are for."""
    show_alone(page, live_server, serve_raw(page), sandbox=SANDBOX)
    assert watch.ran == set()
