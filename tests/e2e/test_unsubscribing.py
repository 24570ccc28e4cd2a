"""Who gets a mailing opens its link on a phone, is asked, unsubscribes, and thinks better of it (M99)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from outbox.feeding import feed
from outbox.models import OutgoingMail, Suppression
from outbox.unsubscribing import link_of
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.outbox.mailing_world import person, started

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NARROW: ViewportSize = {"width": 320, "height": 700}


@pytest.fixture
def link(
    alice: Membership, in_account: Account, make_mailbox: MakeMailbox, live_server: LiveServer, settings: Settings
) -> str:
    """Of Ana's letter."""
    settings.PUBLIC_URL = f"http://127.0.0.1:{urlsplit(live_server.url).port}"
    feed(started(alice, make_mailbox("news@acme.example", owner=alice), [person("Ana", "ana@client.example")]).pk)
    return link_of(OutgoingMail.objects.get())


def assert_reads_well(page: Page) -> None:
    assert_accessible(page)
    for size in (NARROW, PHONE):
        page.set_viewport_size(size)
        assert_not_wider_than_window(page)


@pytest.mark.rule("M99", "G09")
@pytest.mark.usefixtures("no_errors")
def test_a_client_unsubscribes_and_subscribes_again(page: Page, link: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(link)
    expect(page.get_by_role("heading", name="Unsubscribe?")).to_be_visible()
    expect(page.get_by_text("ana@client.example")).to_be_visible()
    assert_reads_well(page)
    assert not Suppression.objects.exists()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert_reads_well(page)
    assert Suppression.objects.get().email_key == "ana@client.example"
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.get_by_role("heading", name="You are subscribed again")).to_be_visible()
    assert not Suppression.objects.exists()
    assert page.context.cookies() == []
