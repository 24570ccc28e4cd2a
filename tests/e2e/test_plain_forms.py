"""Forms that leave their page: what was typed stays while the server would not take it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.models import TaskType
from tests.e2e.conftest import SignInBrowser

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


@pytest.fixture
def typed(page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, in_account: Account) -> str:
    """Alice has typed a new kind of task, and not sent it yet. The address of the page."""
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/task-types/")
    page.get_by_label("Name").fill("Site visit")
    return page.url


def test_it_stays_while_its_writer_is_signed_out(
    page: Page, typed: str, sign_in: SignInBrowser, alice: Membership, no_errors: list[str]
) -> None:
    page.context.clear_cookies()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("You have been signed out. What you typed stays here.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Site visit")
    no_errors.clear()  # the browser notes the refusal as one

    sign_in(alice)  # in another tab, by which the token of the form is an old one
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("list", name="Kinds of tasks").get_by_text("Site visit")).to_be_visible()
    assert TaskType.objects.filter(name="Site visit").count() == 1
    no_errors.clear()


def test_it_stays_while_there_is_no_connection(page: Page, typed: str, no_errors: list[str]) -> None:
    page.context.set_offline(True)
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".toast-bad")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Site visit")
    no_errors.clear()
    page.context.set_offline(False)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("list", name="Kinds of tasks").get_by_text("Site visit")).to_be_visible()


def test_two_presses_send_it_once(page: Page, typed: str) -> None:
    page.get_by_role("button", name="Add").dblclick(no_wait_after=True)
    expect(page.get_by_role("list", name="Kinds of tasks").get_by_text("Site visit")).to_be_visible()
    assert TaskType.objects.filter(name="Site visit").count() == 1
