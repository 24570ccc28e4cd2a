"""The open conversation: its letters, what is read by opening, what is on its way, the card beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from mailkit.types import OutgoingAttachment
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Attachment, Message, Thread
from threads.services import delete_messages
from web.mail_reader import read_thread

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def open_thread(client: Client) -> str:
    return client.get(f"/mail/inbox/{Thread.objects.get().pk}/", headers=HTMX).content.decode()


def test_opening_marks_as_read_and_news_do_not(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"))
    client = signed_in(alice)
    thread = Thread.objects.get()
    assert client.get(f"/mail/inbox/{thread.pk}/tail/", headers=HTMX).status_code == 200
    assert Message.objects.filter(is_read=False).count() == 1
    open_thread(client)
    assert Message.objects.filter(is_read=False).count() == 0


def test_the_newest_letter_and_unread_ones_are_open(signed_in: SignIn, post: Post, alice: Membership) -> None:
    seen = frozenset({"\\Seen"})
    post.file(Mail("Offer", flags=seen), Mail("Re: Offer"), Mail("Re: Offer", flags=seen))
    page = open_thread(signed_in(alice))
    assert page.count('<details class="msg"') == 3
    assert page.count(" open>") == 2


def test_more_letters_cost_no_more_queries(
    signed_in: SignIn, post: Post, alice: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seen = frozenset({"\\Seen"})
    client = signed_in(alice)
    post.file(Mail("Offer", flags=seen))
    with CaptureQueriesContext(connection) as few:
        open_thread(client)
    post.file(*[Mail("Offer", flags=seen) for _number in range(9)])
    with django_assert_max_num_queries(len(few)):
        open_thread(client)


def test_the_tail_brings_what_was_filed_since(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", text="first words"))
    client, thread = signed_in(alice), Thread.objects.get()
    last = Message.objects.get().pk
    post.file(Mail("Offer", text="second words"))
    tail = client.get(f"/mail/inbox/{thread.pk}/tail/?after={last}", headers=HTMX).content.decode()
    assert "second words" in tail
    assert "first words" not in tail


@pytest.mark.rule("K63", "G06")
def test_deleted_shows_what_is_deleted_alone_and_marks_nothing_else(
    signed_in: SignIn, post: Post, alice: Membership
) -> None:
    post.file(Mail("Offer", text="kept words"), Mail("Offer", text="deleted words"))
    thread, (kept, deleted) = Thread.objects.get(), Message.objects.order_by("pk")
    delete_messages(alice, [deleted.pk])
    client = signed_in(alice)
    page = client.get(f"/mail/deleted/{thread.pk}/", headers=HTMX).content.decode()
    tail = client.get(f"/mail/deleted/{thread.pk}/tail/?after=0", headers=HTMX).content.decode()
    for shown in (page, tail):
        assert "deleted words" in shown
        assert "kept words" not in shown
    kept.refresh_from_db()
    assert not kept.is_read


def test_the_tail_brings_the_card_that_a_reply_made(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", sender="Ana <ana@client.example>"))
    client = signed_in(alice)
    assert "Nobody with this address" in open_thread(client)
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]), member=alice)
    tail = client.get(f"/mail/inbox/{Thread.objects.get().pk}/tail/", headers=HTMX).content.decode()
    assert '<aside id="client" class="card scroll" hx-swap-oob="true"' in tail
    assert "Ana Morales" in tail


def test_files_on_the_server_are_links_and_others_say_so(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", files=(OutgoingAttachment("plan.pdf", "application/pdf", b"%PDF"),)))
    client, file = signed_in(alice), Attachment.objects.get()
    assert f"/mail/attachments/{file.pk}/" in open_thread(client)
    Message.objects.update(on_server=False)
    page = open_thread(client)
    assert "No longer on the mail server" in page
    assert f"/mail/attachments/{file.pk}/" not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "Waiting to be sent"),
        ("failed", "Not sent"),
        ("unknown", "May have been sent"),
        ("held", "Waits until"),
    ],
)
def test_a_letter_on_its_way_says_how_it_stands(
    signed_in: SignIn, post: Post, alice: Membership, state: str, words: str
) -> None:
    post.file(Mail("Offer"))
    request = LetterRequest(post.mailbox.pk, ["anna@client.example"], reply_to_message_id=Message.objects.get().pk)
    queue_letter(alice, request)
    OutgoingMail.objects.update(state=state)
    assert words in open_thread(signed_in(alice))


@pytest.mark.rule("K23")
def test_an_answer_from_a_personal_mailbox_is_its_owners(
    signed_in: SignIn, post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    """The letter answered lies in a shared mailbox, so Bob reads it; the answer on its way is Alice's alone."""
    post.file(Mail("Offer"))
    own = make_mailbox("alice@acme.example", owner=alice)
    answer = LetterRequest(own.pk, ["friend@client.example"], reply_to_message_id=Message.objects.get().pk)
    queue_letter(alice, answer)
    OutgoingMail.objects.update(state="failed", error_detail="550 No such person")
    assert "friend@client.example" in open_thread(signed_in(alice))
    page = open_thread(signed_in(bob))
    tail = signed_in(bob).get(f"/mail/inbox/{Thread.objects.get().pk}/tail/", headers=HTMX).content.decode()
    assert not [word for word in ("friend@client", "550 No such person", "Not sent") if word in page + tail]


def test_the_card_names_the_client_and_the_lead(signed_in: SignIn, post: Post, alice: Membership) -> None:
    contact = create_contact(ContactValues("Anna", "Petrova", ["anna@client.example"], ["+34 955"]))
    create_lead(LeadValues("40 licences", contacts=[contact]))
    post.file(Mail("Offer"))
    page = open_thread(signed_in(alice))
    assert "40 licences" in page
    assert "Stage 1 of 3" in page
    assert f"/contacts/{contact.pk}/" in page


def test_an_unknown_client_can_be_made_a_contact(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"))
    assert "/contacts/new/?email=anna%40client.example" in open_thread(signed_in(alice))


def test_a_sender_without_a_name_is_called_as_on_the_card(signed_in: SignIn, post: Post, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    post.file(Mail("Offer", sender="ana@client.example"))
    assert '<b>Ana Morales</b> <span class="muted">&lt;ana@client.example&gt;</span>' in open_thread(signed_in(alice))


def test_an_address_that_is_all_that_is_known_stands_there_once(
    signed_in: SignIn, post: Post, alice: Membership
) -> None:
    post.file(Mail("Offer", sender="ana@client.example"))
    assert "&lt;ana@client.example&gt;" not in open_thread(signed_in(alice))


def test_recent_mail_names_each_conversation_once(post: Post, alice: Membership) -> None:
    create_contact(ContactValues("Anna", "Petrova", ["anna@client.example"]))
    post.file(Mail("Offer"), *(Mail("Re: Project") for _number in range(6)), Mail("Invoice"))
    reader = read_thread(alice, Thread.objects.get(subject="Offer"), folder="inbox")
    assert reader.card is not None
    assert [message.subject for message in reader.card.recent] == ["Invoice", "Re: Project"]
