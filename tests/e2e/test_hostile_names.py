"""Hostile words where a letter has no HTML: in its subject, the name of its sender, names of files, and plain text.

Each of the vectors of hostile_vectors in each place, through all the screens that show it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from mailkit.types import Address, OutgoingAttachment
from tests.conftest import MakeMailbox
from tests.e2e.conftest import SignInBrowser
from tests.e2e.hostile_vectors import VECTORS
from tests.e2e.hostile_watch import Watch, show, show_alone, without_policy
from tests.threads.builders import SALES, Mail, Post
from threads.models import Attachment, Message, Participant, Thread
from web import mail_list, mail_reader

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OPEN_ALL = """async (urls) => {
  for (const url of urls) await htmx.ajax("GET", url, { target: "#reader", swap: "innerHTML" });
}"""


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch.over(context)


@pytest.fixture
def post(
    sign_in: SignInBrowser,
    alice: Membership,
    in_account: Account,
    make_mailbox: MakeMailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Post:
    """All letters on one screen."""
    monkeypatch.setattr(mail_reader, "SHOWN_AT_ONCE", len(VECTORS))
    monkeypatch.setattr(mail_list.list_rows, "__kwdefaults__", {"size": len(VECTORS)})
    sign_in(alice)
    return Post(make_mailbox(SALES, account_of=alice))


def test_in_names_file_names_and_plain_text(page: Page, live_server: LiveServer, watch: Watch, post: Post) -> None:
    """Set in the database: what a letter can carry is less than what a screen must bear."""
    file = OutgoingAttachment("plan.pdf", "application/pdf", b"%PDF")
    post.file(*[Mail("Offer", text=f"See {html}", files=(file,)) for html in VECTORS])
    for html, letter in zip(VECTORS, Message.objects.order_by("pk"), strict=True):
        Message.objects.filter(pk=letter.pk).update(from_name=html[:300], snippet=html[:200])
        Participant.objects.filter(message=letter).update(name=html[:300])
        Attachment.objects.filter(message=letter).update(filename=html[:500])
    thread = Thread.objects.get()
    show(page, f"{live_server.url}/mail/inbox/{thread.pk}/")
    assert len([frame for frame in page.frames if "/body/" in frame.url]) == len(VECTORS)
    page.route("**/print/", without_policy)
    page.route("**/body/", without_policy)
    bodies = [f"/mail/messages/{letter.pk}/body/" for letter in Message.objects.all()]
    show_alone(page, live_server, [f"/mail/inbox/{thread.pk}/print/", *bodies])
    assert (watch.ran, watch.loaded) == (set(), set())


def test_in_subjects(page: Page, live_server: LiveServer, watch: Watch, post: Post) -> None:
    post.file(*[Mail(str(number)) for number in range(len(VECTORS))])
    for html, thread in zip(VECTORS, Thread.objects.order_by("pk"), strict=True):
        Thread.objects.filter(pk=thread.pk).update(subject=html, snippet=html[:200], counterpart_name=html[:300])
        Message.objects.filter(thread=thread).update(subject=html)
    show(page, f"{live_server.url}/mail/inbox/")
    expect(page.locator("#rows .row")).to_have_count(len(VECTORS))
    urls = [f"/mail/inbox/{thread.pk}/" for thread in Thread.objects.all()]
    page.evaluate(OPEN_ALL, urls)
    expect(page.locator(".thread")).to_have_count(1)
    assert (watch.ran, watch.loaded) == (set(), set())


def test_a_sender_whose_name_is_a_vector_is_read_as_a_name() -> None:
    """What goes through the wire: quoted as mail programs do."""
    letter = Mail("Offer", sender='"<img src=x onerror=alert(1)>" <anna@client.example>').fetched(1).letter
    assert letter.parsed.sender == Address("anna@client.example", "<img src=x onerror=alert(1)>")
