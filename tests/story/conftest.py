"""The browser of tests/e2e before a whole instance: nothing is stubbed here, the event stream included."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from crm_mail.embedded.demo_people import COLLEAGUES
from tests.e2e.conftest import (  # noqa: F401  (fixtures)
    base_url,
    browser_context_args,
    browser_type_launch_args,
    chromium,
    no_errors,
)
from tests.servers.instance import Instance, running_instance


@pytest.fixture(scope="package")
def instance() -> Iterator[Instance]:
    with running_instance() as started:
        started.wait(lambda: "CRM Mail is ready" in started.printed(), "ready")
        yield started


@pytest.fixture
def signed_in(page: Page, instance: Instance) -> Page:
    """As the administrator of the demo."""
    page.goto(instance.url)
    page.get_by_label("Email").fill(COLLEAGUES[0].email)
    page.get_by_label("Password").fill(COLLEAGUES[0].password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    return page
