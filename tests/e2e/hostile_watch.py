"""Sees in a browser which hostile vectors ran and which loaded something, and shows documents to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from tests.e2e.hostile_vectors import ACTIVE, CANARY, REMOTE

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
LONG = 120_000  # milliseconds


@dataclass
class Watch:
    """What happened, by vector."""

    ran: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)

    @classmethod
    def over(cls, context: BrowserContext) -> Watch:
        seen = cls()
        context.on("console", lambda message: seen.hear(message.text))
        context.route(f"{CANARY}**", seen.load)
        return seen

    def load(self, route: Route) -> None:
        self.loaded.add(REMOTE[int(route.request.url.removeprefix(CANARY).partition("?")[0])])
        route.fulfill(body="", content_type="text/plain")

    def hear(self, words: str) -> None:
        self.ran |= {ACTIVE[int(number)] for number in re.findall(r"^ran-(\d+)$", words)}


def show(page: Page, url: str) -> None:
    page.goto(url, timeout=LONG)  # a hundred frames: a busy machine takes its time
    page.evaluate(EAGER)
    page.wait_for_load_state("networkidle", timeout=LONG)
    page.evaluate(PRESS)
    page.wait_for_load_state("networkidle", timeout=LONG)


def show_alone(page: Page, server: LiveServer, urls: Sequence[str], *, sandbox: str | None = None) -> None:
    """These documents in frames of one page of the product's origin."""
    attribute = "" if sandbox is None else f' sandbox="{sandbox}"'
    frames = "".join(f'<iframe src="{url}"{attribute}></iframe>' for url in urls)
    page.route("**/letters", lambda route: route.fulfill(body=frames, content_type="text/html"))
    show(page, f"{server.url}/letters")


def without_policy(route: Route) -> None:
    """The product's own document without its Content-Security-Policy."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)
