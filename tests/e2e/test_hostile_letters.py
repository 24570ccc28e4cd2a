"""Hostile letters in a real browser: nothing in them runs, and nothing is loaded before the reader consents.

Each vector is a letter and a document of its own. They are shown through the real frame, through each of its three
layers alone, and, to see that they bite, through none. Where one layer alone lets something load is said here too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from django.db.models import QuerySet
from playwright.sync_api import BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.e2e.conftest import SignInBrowser
from tests.e2e.hostile_vectors import ACTIVE, CANARY, REMOTE, VECTORS
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message, Thread
from web.letter_page import POLICY

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
POLICY_WITHOUT_SANDBOX = POLICY.partition("; sandbox")[0]
# Presses what runs or sends when pressed, but no ordinary link: that leads where its words say, by the reader's will.
PRESS = """async () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const all = (what) => [...(frame.contentDocument?.querySelectorAll(what) ?? [])];
    all("[onfocus]").forEach((one) => one.focus());
    all("a:not([href^=http]), button, [type=image]").forEach((one) =>
      one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })));
  }
  for (let frames = 0; frames < 5; frames++) await new Promise(requestAnimationFrame);
}"""
EAGER = """document.querySelectorAll("iframe").forEach((frame) => (frame.loading = "eager"))"""


@dataclass
class Watch:
    """What happened, by the number of the vector."""

    ran: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)

    def load(self, route: Route) -> None:
        self.loaded.add(REMOTE[int(route.request.url.removeprefix(CANARY).partition("?")[0])])
        route.fulfill(body="", content_type="text/plain")

    def hear(self, words: str) -> None:
        self.ran |= {ACTIVE[int(number)] for number in re.findall(r"^ran-(\d+)$", words)}


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    seen = Watch()
    context.on("console", lambda message: seen.hear(message.text))
    context.route(f"{CANARY}**", seen.load)
    return seen


def show(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate(EAGER)
    page.wait_for_load_state("networkidle")
    page.evaluate(PRESS)
    page.wait_for_load_state("networkidle")


def show_alone(page: Page, server: LiveServer, urls: Sequence[str], *, sandbox: str | None = None) -> None:
    """These documents in frames of one page of the product's origin."""
    attribute = "" if sandbox is None else f' sandbox="{sandbox}"'
    frames = "".join(f'<iframe src="{url}"{attribute}></iframe>' for url in urls)
    page.route("**/letters", lambda route: route.fulfill(body=frames, content_type="text/html"))
    show(page, f"{server.url}/letters")


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


def test_without_any_layer_they_bite(page: Page, live_server: LiveServer, watch: Watch) -> None:
    """The positive control: vectors that no browser of today heeds would prove nothing."""
    show_alone(page, live_server, serve_raw(page))
    assert len(watch.ran) >= 48
    assert len(watch.loaded) >= 48


def test_through_the_real_frame_nothing_runs_and_nothing_loads(
    page: Page, live_server: LiveServer, watch: Watch, letters: QuerySet[Message]
) -> None:
    show(page, f"{live_server.url}/mail/inbox/{Thread.objects.get().pk}/")
    assert len([frame for frame in page.frames if "/body/" in frame.url]) == len(VECTORS)
    assert (watch.ran, watch.loaded) == (set(), set())


def test_the_cleaning_alone_holds(
    page: Page, live_server: LiveServer, watch: Watch, letters: QuerySet[Message]
) -> None:
    """The product's own documents, without their policy and without the sandbox."""

    def without_policy(route: Route) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=headers)

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
