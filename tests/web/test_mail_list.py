"""The list of conversations: folders, search, pages, and whose they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from mailkit.types import OutgoingAttachment
from outbox.models import Draft
from tests.conftest import MakeMailbox
from tests.threads.builders import BORIS, SALES, Mail, Post
from threads.models import Message, Thread
from threads.services import delete_messages, delete_threads
from web import mail_list
from web.mail_address import Cursor, Filter, Place

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def subjects(member: Membership, place: Place) -> list[str]:
    page = mail_list.list_rows(member, place)
    return [row.subject for _day, rows in page.days for row in rows]


def test_newest_first_page_after_page(post: Post, alice: Membership) -> None:
    post.file(*[Mail(f"Letter {number}", sender=f"p{number}@client.example") for number in range(5)])
    first = mail_list.list_rows(alice, Place(), size=3)
    assert first.next_place is not None
    second = mail_list.list_rows(alice, first.next_place, size=3)
    shown = [row.subject for page in (first, second) for _day, rows in page.days for row in rows]
    assert shown == [f"Letter {number}" for number in (4, 3, 2, 1, 0)]
    assert second.next_place is None


def test_an_address_is_read_as_it_was_written() -> None:
    place = Place.parse("sent", QueryDict("mailbox=3&q= quote\0 &filter=unread&before=nonsense"))
    assert place == Place("sent", 3, "quote", only=Filter.UNREAD)
    assert place.url() == "/mail/sent/?mailbox=3&q=quote&filter=unread"
    assert place.url(12) == "/mail/sent/12/?mailbox=3&q=quote&filter=unread"


@pytest.mark.parametrize("typed", ["", "x", "1-", "-1", "99999999999999999999-1", "1-1-1"])
def test_a_place_that_we_did_not_write_is_the_beginning(typed: str) -> None:
    assert Cursor.parse(typed) is None


def test_search_finds_subject_people_and_text(post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", text="the blue lamp"), Mail("Invoice", sender="Boris <boris@other.example>"))
    assert subjects(alice, Place(text="lamp")) == ["Offer"]
    assert subjects(alice, Place(text="Boris")) == ["Invoice"]
    assert subjects(alice, Place(text="nothing")) == []


def test_unread_only(post: Post, alice: Membership) -> None:
    post.file(Mail("New"), Mail("Old", sender="b@other.example", flags=frozenset({"\\Seen"})))
    assert subjects(alice, Place(only=Filter.UNREAD)) == ["New"]


def test_with_files_and_to_answer(post: Post, alice: Membership) -> None:
    file = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF-1.7 an offer")
    post.file(Mail("Offer", files=(file,)), Mail("Bill", sender=BORIS))
    assert subjects(alice, Place(only=Filter.FILES)) == ["Offer"]
    assert subjects(alice, Place(only=Filter.WAITING)) == ["Bill", "Offer"]
    post.file_sent(Mail("Re: Bill", sender=SALES, to=BORIS))
    assert subjects(alice, Place(only=Filter.WAITING)) == ["Offer"]
    delete_messages(alice, [Message.objects.get(subject="Re: Bill").pk])
    assert subjects(alice, Place(only=Filter.WAITING)) == ["Bill", "Offer"]


def test_the_side_counts_drafts(signed_in: SignIn, post: Post, alice: Membership, bob: Membership) -> None:
    Draft.objects.create(author=bob, subject="Not yet")
    page = signed_in(bob).get("/mail/inbox/side/", headers=HTMX).content.decode()
    assert '1<span class="sr"> not sent yet</span>' in page
    assert "not sent yet" not in signed_in(alice).get("/mail/inbox/side/", headers=HTMX).content.decode()


def test_the_counts_outside_of_the_side_come_with_it(signed_in: SignIn, post: Post, alice: Membership) -> None:
    """In the rail and in the filter: after news, and after a letter was read."""
    post.file(Mail("Offer"), Mail("Bill"))
    client = signed_in(alice)
    here = '<span class="num" id="unread-here" hx-swap-oob="true">%s</span>'
    for folder, count in (("inbox", "2"), ("sent", "")):
        side = client.get(f"/mail/{folder}/side/", headers=HTMX).content.decode()
        assert '<span id="rail-unread" hx-swap-oob="true"><span class="badge">2<span class="sr">' in side
        assert here % count in side
    assert 'id="unread-here">2</span>' in client.get("/mail/inbox/", headers=HTMX).content.decode()
    assert "hx-swap-oob" not in client.get("/mail/inbox/").content.decode()


def test_more_rows_cost_no_more_queries(
    signed_in: SignIn, post: Post, alice: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(alice)
    post.file(Mail("First"))
    with CaptureQueriesContext(connection) as few:
        client.get("/mail/inbox/")
    post.file(*[Mail(f"Letter {number}", sender=f"p{number}@client.example") for number in range(9)])
    with django_assert_max_num_queries(len(few)):
        client.get("/mail/inbox/")


@pytest.mark.rule("K63")
def test_deleted_is_for_administrators_only(signed_in: SignIn, post: Post, alice: Membership, bob: Membership) -> None:
    post.file(Mail("Gone"))
    delete_threads(alice, list(Thread.objects.values_list("id", flat=True)))
    assert "Gone" in signed_in(alice).get("/mail/deleted/").content.decode()
    assert signed_in(bob).get("/mail/deleted/").status_code == 404
    assert "/mail/deleted/" not in signed_in(bob).get("/mail/inbox/").content.decode()


def test_htmx_gets_the_list_alone_and_caches_keep_neither(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"))
    client = signed_in(alice)
    page, fragment = client.get("/mail/inbox/"), client.get("/mail/inbox/", headers=HTMX)
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "Offer" in fragment.content.decode()
    for answer in (page, fragment):
        assert "HX-Request" in answer["Vary"]
        assert answer["Cache-Control"] == "no-store"


def test_charlie_sees_nothing_of_it(signed_in: SignIn, post: Post, charlie: Membership) -> None:
    post.file(Mail("Offer"))
    client = signed_in(charlie)
    thread_id = Thread.objects.get().pk
    assert "Offer" not in client.get("/mail/inbox/").content.decode()
    assert client.get(f"/mail/inbox/{thread_id}/").status_code == 404
    client.post("/mail/inbox/delete/", {"ids": [thread_id]})
    assert Thread.objects.get().message_count == 1


def test_a_visitor_is_sent_to_sign_in_and_htmx_is_told_so(client: Client, db: None) -> None:
    assert client.get("/mail/inbox/")["Location"] == "/accounts/login/?next=/mail/inbox/"
    fragment = client.get("/mail/inbox/", headers=HTMX)
    assert (fragment.status_code, "signed-out" in fragment["HX-Trigger"]) == (401, True)


def test_who_writes_without_a_name_is_called_as_on_the_card(post: Post, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    post.file(Mail("One", sender="ana@client.example"), Mail("Two", sender="Ana at home <ana@client.example>"))
    names = [row.who for _day, rows in mail_list.list_rows(alice, Place()).days for row in rows]
    assert names == ["Ana at home", "Ana Morales"]
