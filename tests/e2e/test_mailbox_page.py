"""How a mailbox is doing, and how it behaves, in the browser: ledger, quarantine, filters, deleting, "why?"."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.threads.builders import ANNA, Mail, Post
from tests.threads.ledgers import add_place, set_aside
from threads.models import Folder, FolderEntry

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]
LONG = "A rather long subject that nobody would ever write but somebody always does " * 3


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox, in_account: Account) -> Mailbox:
    """Two letters here, one of them filtered on the server, two set aside, 4,812 older ones; nobody to ask."""
    made = make_mailbox(f"{'a-rather-long-name.' * 3}sales@acme.example", account_of=alice)
    post = Post(made)
    post.file(Mail("Offer", ANNA, made.address), Mail("Order", ANNA, made.address))
    add_place(post.inbox, 101, FolderEntry.Outcome.FILTERED)
    set_aside(made, subject=LONG, message_id="1@broken.example")
    set_aside(made, uid=901, subject="", sender="", raw=b"")
    Folder.objects.filter(pk=post.inbox.pk).update(message_count=4817, older_count=4812)
    Mailbox.objects.filter(pk=made.pk).update(
        imported_at=timezone.now(), last_synced_at=timezone.now(), import_older=4812, import_done=2,
        imap_host="closed.invalid",
    )  # fmt: skip
    return made


@pytest.fixture
def status(page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, mailbox: Mailbox) -> Page:
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/mailboxes/{mailbox.pk}/status/")
    return page


@pytest.mark.rule("G13", "K10", "A04")
def test_older_mail_is_offered_with_its_number_and_loads(status: Page, mailbox: Mailbox) -> None:
    expect(status.get_by_text("4,812 older letters are on the server")).to_be_visible()
    expect(status.get_by_text("The server has 4,817, 2 are here")).to_be_visible()
    status.get_by_role("button", name="Load older mail").click()
    expect(status.locator(".toast")).to_contain_text("Older mail is loaded")
    expect(status.get_by_text("Loading older mail: 4,812 left")).to_be_visible()
    expect(status.get_by_role("button", name="Load older mail")).to_have_count(0)
    mailbox.refresh_from_db()
    assert mailbox.load_older


@pytest.mark.rule("G14")
def test_a_letter_set_aside_is_downloaded_and_tried_again(status: Page) -> None:
    row = status.get_by_role("listitem").filter(has_text="A rather long subject")
    with status.expect_download() as download:
        row.get_by_role("link", name="Download original").click()
    assert download.value.suggested_filename.endswith(".eml")
    row.get_by_role("button", name="Try again").click()
    expect(status.locator(".toast")).to_contain_text("tried once more")


@pytest.mark.rule("G13")
def test_why_is_it_not_here_is_answered_in_place_by_keyboard(status: Page) -> None:
    status.get_by_label("Look for").select_option("message_id")
    value = status.get_by_label("Address or Message-ID")
    value.fill("<1@broken.example>")
    value.press("Enter")
    answer = status.locator("#why-answer")
    expect(answer).to_contain_text("was set aside")
    expect(answer).to_contain_text("The mail server could not be asked")
    expect(value).to_have_value("<1@broken.example>")
    assert_accessible(status)
    status.get_by_label("Look for").select_option("address")
    value.fill("anna@client.example")
    status.get_by_role("button", name="Find out").click()
    expect(answer).to_contain_text("It is here: “Offer”.")
    answer.get_by_role("link", name="Open the conversation").first.click()
    expect(status.get_by_role("heading", name="Order")).to_be_visible()


@pytest.mark.rule("R10", "A08")
def test_filters_and_deleting_are_set(status: Page, mailbox: Mailbox) -> None:
    status.get_by_role("link", name="Settings").last.click()
    status.get_by_label("Never store mail from or to").fill("news@Spam.example\n*.ads.example\n")
    status.get_by_role("button", name="Save").click()
    expect(status.get_by_label("Never store mail from or to")).to_have_value("news@spam.example\nads.example")
    tabs = status.get_by_role("navigation", name="Mailbox")
    tabs.get_by_role("link", name="Inbox").click()
    warning = status.get_by_text("This deletes letters on your mail server.")
    expect(warning).to_be_hidden()
    status.get_by_label("Delete uploaded messages").check()
    expect(warning).to_be_visible()
    assert_accessible(status)
    status.get_by_label("To switch this on, type the address").fill(mailbox.address)
    status.get_by_role("button", name="Save").click()
    expect(status.get_by_label("Delete uploaded messages")).to_be_checked()
    tabs.get_by_role("link", name="Settings").click()
    expect(status.get_by_label("Keep a copy of attachments")).to_be_disabled()


@pytest.mark.rule("K10")
def test_an_empty_list_says_what_was_left_out(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    make_mailbox: MakeMailbox,
    in_account: Account,
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    Mailbox.objects.filter(pk=mailbox.pk).update(imported_at=timezone.now(), import_older=37)
    sign_in(alice)
    page.goto(f"{live_server.url}/mail/inbox/")
    expect(page.get_by_text("37 older letters are on the server")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Load older mail").click()
    expect(page.get_by_text("Loading older mail: 37 left")).to_be_visible()


@pytest.mark.rule("G13")
def test_a_letter_says_why_it_is_here(status: Page, live_server: LiveServer) -> None:
    status.goto(f"{live_server.url}/mail/inbox/")
    status.get_by_role("link", name="Order").click()
    more = status.get_by_role("button", name="More about this letter").last
    more.focus()
    status.keyboard.press("Enter")
    status.get_by_role("button", name="Why is it here?").last.click()
    dialog = status.get_by_role("dialog", name="Why is this letter here?")
    expect(dialog).to_contain_text("It is the first letter of this conversation")
    expect(dialog).to_contain_text("On the mail server in Inbox")
    assert_accessible(status)
    status.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_pages_fit_and_are_accessible(
    status: Page, live_server: LiveServer, mailbox: Mailbox, size: ViewportSize, scheme: str
) -> None:
    status.set_viewport_size(size)
    status.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for place in ("", f"{mailbox.pk}/status/", f"{mailbox.pk}/"):
        status.goto(f"{live_server.url}/settings/mailboxes/{place}")
        expect(status.get_by_role("heading", level=1)).to_have_count(1)
        assert_not_wider_than_window(status)
        assert_accessible(status)
