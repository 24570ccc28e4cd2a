"""A Chromium as people use it, in which the mail screen is opened and measured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Response, Route, sync_playwright

from crm_mail.embedded.errors import EmbeddedError

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE = {"width": 1440, "height": 900}


@contextmanager
def signed_in_browser(url: str, session: str) -> Iterator[BrowserContext]:
    """With an empty cache. The event stream is another process, and says nothing here."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise EmbeddedError("Not installed: chromium (Debian: apt install chromium)")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        context.route("**/events/", _say_nothing)
        yield context
        browser.close()


def _say_nothing(route: Route) -> None:
    route.fulfill(content_type="text/event-stream", body="retry: 600000\n\n")


@dataclass(slots=True)
class Transfer:
    """What a page fetched: bytes as they travelled, compressed, with their headers."""

    requests: int = 0
    bytes: int = 0
    font_bytes: int = 0

    def add(self, response: Response) -> None:
        if response.url.endswith("/events/") or response.url.startswith("data:"):
            return
        sizes = response.request.sizes()
        count = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        if response.request.resource_type == "font":
            self.font_bytes += count
        else:
            self.requests += 1
            self.bytes += count
