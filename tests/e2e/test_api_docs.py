"""The readers of the API's schema work under their own security policy, and ask nobody else for anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

REDOCS_LOGO = "cdn.redoc.ly"  # Redoc asks its maker for a picture; our policy refuses, and that is right


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_the_schema_is_shown(path: str, page: Page, live_server: LiveServer) -> None:
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and REDOCS_LOGO not in message.text:
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(live_server.url + path)
    # Redoc reads all of the schema before it shows anything: seconds, and minutes where many tests run.
    expect(page.get_by_text("CRM Mail API").first).to_be_visible(timeout=240_000)
    expect(page.get_by_text("account").first).to_be_visible(timeout=60_000)
    assert errors == []
