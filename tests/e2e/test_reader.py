"""Reading a conversation in the browser: images, files, quotes, events, the dark, print."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailkit.safe_fetch import Fetched
from mailkit.types import OutgoingAttachment
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import SALES, Mail, Post
from threads import remote_images
from threads.attachment_store import store_file
from threads.models import Attachment, CalendarEvent, Message, Thread

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
HTML = """<table bgcolor="#ffeeee"><tr><td>Our prices <img src="https://cdn.example/logo.png" alt="logo" width="30"
 height="20"></td></tr></table><div class="gmail_quote"><div class="gmail_attr">On Monday, Alice wrote:</div>
<blockquote>Shall we meet?</blockquote></div>"""


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def conversation(
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    in_account: Account,
    make_mailbox: MakeMailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """An older letter with an invitation, and a newer one with remote images and files that we keep."""
    mailbox = make_mailbox(SALES, account_of=alice)
    files = (OutgoingAttachment("photo.png", "image/png", picture()), OutgoingAttachment("a.txt", "text/plain", b"a"))
    read = frozenset({"\\Seen"})
    Post(mailbox).file(Mail("Offer", text="Come", flags=read), Mail("Re: Offer", html=HTML, files=files))
    for file in Attachment.objects.all():
        Attachment.objects.filter(pk=file.pk).update(stored_name=store_file(mailbox.pk, [picture()]))
    when = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    older = Message.objects.in_order()[0]
    CalendarEvent.objects.create(message=older, position=0, method="REQUEST", uid="1", summary="Demo", starts_at=when)
    fetched = Fetched("https://cdn.example/logo.png", "image/png", picture())
    monkeypatch.setattr(remote_images, "fetch_file", lambda url, **_limits: fetched)
    sign_in(alice)
    return f"{live_server.url}/mail/inbox/{Thread.objects.get().pk}/"


def test_images_are_shown_once_and_then_always(page: Page, conversation: str) -> None:
    page.goto(conversation)
    logo = page.frame_locator(".msg[open] iframe").get_by_role("img", name="logo")
    expect(logo).not_to_have_attribute("src", "")
    blocked = page.get_by_text("Remote images are blocked")
    page.get_by_role("button", name="Show images", exact=True).click()
    expect(blocked).to_be_hidden()
    expect(logo).to_have_js_property("naturalWidth", 30)
    page.reload()
    page.get_by_role("button", name="Always show images from anna@client.example").click()
    expect(page.locator("#toasts")).to_contain_text("Images from anna@client.example are shown from now on")
    expect(logo).to_have_js_property("naturalWidth", 30)
    page.reload()
    expect(logo).to_have_js_property("naturalWidth", 30)
    expect(blocked).to_be_hidden()
    page.locator(".msg").last.get_by_role("button", name="More about this letter").click()
    page.get_by_role("button", name="Block images of this sender").click()
    expect(blocked).to_be_visible()


def test_the_quote_unfolds_and_the_frame_grows(page: Page, conversation: str) -> None:
    page.goto(conversation)
    frame = page.locator(".msg[open] iframe")
    quote = page.frame_locator(".msg[open] iframe").get_by_text("Shall we meet?")
    expect(quote).to_be_hidden()
    before = frame.evaluate("(each) => each.offsetHeight")
    page.frame_locator(".msg[open] iframe").get_by_label("Show the quoted text").click()
    expect(quote).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert frame.evaluate("(each) => each.contentDocument.documentElement.offsetHeight") > before


def test_a_picture_opens_in_the_viewer(page: Page, conversation: str) -> None:
    page.goto(conversation)
    page.get_by_role("button", name="Preview of photo.png").click()
    viewer = page.get_by_role("dialog", name="photo.png")
    expect(viewer.locator("iframe")).to_have_attribute("sandbox", "")
    expect(viewer.frame_locator("iframe").locator("img")).to_have_js_property("naturalWidth", 30)
    assert_accessible(page)
    viewer.get_by_role("button", name="Close").click()
    expect(page.locator("#viewer iframe")).to_have_count(0)


def test_an_invitation_and_the_original_are_a_click_away(page: Page, conversation: str) -> None:
    page.goto(conversation)
    page.locator(".msg").first.locator("> summary").click()
    expect(page.get_by_role("region", name="Event")).to_contain_text("Demo")
    page.locator(".msg").last.get_by_role("button", name="More about this letter").click()
    page.get_by_role("button", name="Original letter").click()
    expect(page.get_by_role("region", name="Header of the letter")).to_contain_text("Subject: Re: Offer")
    assert_accessible(page)


def test_a_colored_letter_may_be_turned_dark(page: Page, conversation: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(conversation)
    html = page.frame_locator(".msg[open] iframe").locator("html")
    expect(html).not_to_have_class("dark")
    page.locator(".msg").last.get_by_role("button", name="More about this letter").click()
    page.get_by_role("button", name="Change its colors for the dark").click()
    expect(html).to_have_class("dark")
    assert_accessible(page)


def test_printing_asks_for_a_document_of_letters(page: Page, conversation: str) -> None:
    asked: list[str] = []

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_()

    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = document.title }")
    page.route("**/print/", note)
    page.goto(conversation)
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page.frame_locator("iframe.sr").get_by_text("Shall we meet?")).to_be_attached()
    assert asked == [f"{conversation}print/"]


def test_a_phone_shows_all_of_it(page: Page, conversation: str) -> None:
    for width in (PHONE["width"], 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(conversation)
        expect(page.get_by_role("button", name="Preview of photo.png")).to_be_visible()
        assert_not_wider_than_window(page)
    assert_accessible(page)


CELL_HEIGHTS = "cells => Math.max(...cells.map(cell => cell.offsetHeight))"


def test_a_wide_table_of_figures_keeps_its_words_whole(
    page: Page, conversation: str, make_mailbox: MakeMailbox, alice: Membership
) -> None:
    """It is made smaller and can be moved sideways; it is not broken letter by letter."""
    row = "".join(f"<td>Column{number}</td>" for number in range(20))
    Post(make_mailbox("office@acme.example", account_of=alice)).file(Mail("Prices", html=f"<table><tr>{row}</table>"))
    thread = Thread.objects.get(subject="Prices")
    page.goto(re.sub(r"\d+/$", f"{thread.pk}/", conversation))
    cells = page.frame_locator("iframe.msg-body").locator("td")
    expect(cells).to_have_count(20)
    assert cells.evaluate_all(CELL_HEIGHTS) < 40
