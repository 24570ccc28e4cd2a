"""Opens and clicks on pages: in the thread, on the card, with how far they can be trusted; and their switches."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.tracking.builders import watch
from threads.models import Message

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Membership], Client]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def mail(alice: Membership, sales: Mailbox) -> OutgoingMail:
    """Sent and filed, opened once, one link followed once."""
    with tenant(alice.account_id):
        mail = queue_letter(alice, LetterRequest(sales.pk, ["dana@client.example"], subject="Offer", undo_seconds=60))
        post = Post(sales)
        filed = Mail("Offer", "sales@acme.example", "dana@client.example")
        (message_id,) = post.file(filed, folder=post.sent).new_message_ids
        message = Message.objects.get(pk=message_id)
        OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", message=message, thread=message.thread)
        watch(mail)
        return OutgoingMail.objects.get(pk=mail.pk)


@pytest.mark.rule("M97")
def test_the_thread_shows_that_a_letter_was_opened(mail: OutgoingMail, alice: Membership, signed_in: SignedIn) -> None:
    page = signed_in(alice).get(reverse("mail_thread", args=["sent", mail.thread_id])).content.decode()
    assert "Opened 1 time, 1 click" in page
    assert reverse("letter_hits", args=[mail.pk]) in page


@pytest.mark.rule("M97", "G07")
def test_the_whole_names_links_requests_and_the_caveat(
    mail: OutgoingMail, alice: Membership, signed_in: SignedIn
) -> None:
    url = reverse("letter_hits", args=[mail.pk])
    short, whole = (signed_in(alice).get(path).content.decode() for path in (url, f"{url}?open"))
    assert "Take it as a hint" not in short
    for words in ("https://offer.example/", "Not known", "Take it as a hint"):
        assert words in whole


@pytest.mark.rule("K21")
def test_who_does_not_see_the_letter_learns_nothing(
    mail: OutgoingMail, bob: Membership, charlie: Membership, signed_in: SignedIn
) -> None:
    with tenant(bob.account_id):
        Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    for stranger in (bob, charlie):
        assert signed_in(stranger).get(reverse("letter_hits", args=[mail.pk])).status_code == 404


def test_a_letter_that_tells_nothing_has_no_line(mail: OutgoingMail, alice: Membership, signed_in: SignedIn) -> None:
    with tenant(alice.account_id):
        OutgoingMail.objects.update(tracked=None)
    assert signed_in(alice).get(reverse("letter_hits", args=[mail.pk])).status_code == 404


@pytest.mark.rule("M97")
def test_the_switches_stand_on_the_pages_of_account_and_mailbox(
    sales: Mailbox, alice: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(alice)
    values = {"name": "Acme", "language": "en", "timezone": "UTC", "collecting_limit": "10", "track_links": "on"}
    browser.post(reverse("account"), values)
    account = Account.objects.get(slug="acme")
    assert (account.track_opens, account.track_links) == (False, True)
    assert "As the account: off" in browser.get(reverse("mailbox", args=[sales.pk])).content.decode()
    browser.post(reverse("mailbox", args=[sales.pk]), {"track_opens": "on", "track_links": "off", "sent_folder": ""})
    with tenant(alice.account_id):
        sales.refresh_from_db()
    assert (sales.track_opens, sales.track_links) == (True, False)
