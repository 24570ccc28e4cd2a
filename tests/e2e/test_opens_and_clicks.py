"""A client opens a letter and follows its link in a browser; we see it beside the letter."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from outbox.composing import freeze
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES, Mail, Post
from tests.tracking.builders import FIREFOX, make_due
from threads.models import Message
from tracking.addresses import link_url, pixel_url
from tracking.models import Tracked, TriggerLink
from tracking.sums import judge_some

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
WORDS = '<p>Our offer: <a href="{triggerlink:8}">see it</a> or <a href="https://acme.example/offer">the site</a></p>'
NARROW: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def mail(alice: Membership, in_account: Account, make_mailbox: MakeMailbox) -> OutgoingMail:
    """Delivered a while ago, and filed."""
    mailbox = make_mailbox(SALES, account_of=alice)
    TriggerLink.objects.create(number=8, name="The offer")
    request = LetterRequest(mailbox.pk, ["ana@client.example"], subject="Offer", html=WORDS, undo_seconds=60)
    queued = queue_letter(alice, request)
    freeze(OutgoingMail.objects.get(pk=queued.pk))
    post = Post(mailbox)
    (message_id,) = post.file(Mail("Offer", SALES, "ana@client.example"), folder=post.sent).new_message_ids
    message = Message.objects.get(pk=message_id)
    OutgoingMail.objects.filter(pk=queued.pk).update(state="sent", message=message, thread=message.thread)
    Tracked.objects.update(delivered_at=timezone.now() - timedelta(hours=1))
    return OutgoingMail.objects.get(pk=queued.pk)


def public(live_server: LiveServer, url: str) -> str:
    """The address as a client has it, on the port of this test."""
    return f"http://127.0.0.1:{urlsplit(live_server.url).port}{urlsplit(url).path}"


@pytest.mark.rule("M97", "M82", "G07")
def test_a_client_follows_the_link_and_we_see_it(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, mail: OutgoingMail
) -> None:
    tracked = mail.tracked
    assert tracked is not None
    page.set_extra_http_headers({"User-Agent": FIREFOX})  # this browser says that it is headless: a machine
    page.goto(public(live_server, pixel_url(tracked.pk)))
    link = tracked.links.get(trigger_link__isnull=False)
    page.goto(public(live_server, link_url(link.pk)))
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert page.context.cookies(page.url) == []
    for size in (PHONE, NARROW):
        page.set_viewport_size(size)
        assert_not_wider_than_window(page)
    assert_accessible(page)
    make_due(tracked)
    judge_some(timezone.now())

    sign_in(alice)
    page.goto(f"{live_server.url}/mail/sent/{mail.thread_id}/")
    line = page.get_by_role("button", name="Opened 1 time, 1 click")
    expect(line).to_be_visible()
    line.click()
    expect(page.get_by_text("Take it as a hint.")).to_be_visible()
    page.get_by_text("Each request").click()
    expect(page.locator(".watched-hits li")).to_have_count(2)
    assert_not_wider_than_window(page)
    assert_accessible(page)
