"""What the screens list, and who sees what."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.tenancy import tenant
from mailkit.types import OutgoingAttachment
from outbox.member_counts import counts_of
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.access import get_attachment_for, get_message_for, get_thread_for
from threads.errors import AttachmentNotFound, MessageNotFound, ThreadNotFound
from threads.models import Attachment, Message, Thread
from threads.services import mark_read

FILE = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF")


def subjects(threads: object) -> list[str]:
    return [thread.subject for thread in threads]  # type: ignore[attr-defined]


def test_a_thread_lies_in_the_folders_of_its_letters(post: Post, alice: Membership) -> None:
    post.file(Mail("asked"), Mail("both"))
    post.file_sent(Mail("Re: both", sender=SALES, to=ANNA), Mail("told", sender=SALES, to=ANNA))
    threads = Thread.objects.visible_to(alice)
    assert subjects(threads.in_folder("inbox").newest_first()) == ["Re: both", "asked"]
    assert subjects(threads.in_folder("sent").newest_first()) == ["told", "Re: both"]
    assert subjects(threads.in_folder("").newest_first()) == ["told", "Re: both", "asked"]
    assert Message.objects.visible_to(alice).in_folder("sent").count() == 2


def test_pages_follow_each_other_without_gap_or_repetition(post: Post, alice: Membership) -> None:
    post.file(*(Mail(f"s{number}", minutes=number // 3) for number in range(10)))
    seen: list[int] = []
    before = None
    while page := list(Thread.objects.visible_to(alice).newest_first(before=before)[:4]):
        seen += [thread.pk for thread in page]
        before = (page[-1].last_message_at, page[-1].pk)
    assert seen == [thread.pk for thread in Thread.objects.order_by("-last_message_at", "-id")]
    assert len(seen) == 10


def test_unread_threads_alone(post: Post, alice: Membership) -> None:
    post.file(Mail("one"), Mail("two"), Mail("else", sender="x@y.example"))
    mark_read(alice, [Thread.objects.get(subject="one").pk])
    assert subjects(Thread.objects.visible_to(alice).narrowed("unread").newest_first()) == ["else", "two"]


@pytest.mark.rule("G06")
def test_opening_marks_read_and_unread_again(post: Post, bob: Membership) -> None:
    post.file(Mail(), Mail(flags=frozenset({"\\Seen"})), Mail())
    thread_id = Thread.objects.get().pk
    assert mark_read(bob, [thread_id]) == 2
    assert Thread.objects.get().unread_count == 0
    assert mark_read(bob, [thread_id], is_read=False) == 1
    assert not Message.objects.order_by("-received_at")[0].is_read
    assert Thread.objects.get().unread_count == 1


def test_unread_counts_come_in_one_query(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    private = Post(make_mailbox("alice@acme.example", owner=alice))
    private.file(Mail("p"))
    post.file(Mail("a"), Mail("b"), Mail("c", flags=frozenset({"\\Seen"})))
    with django_assert_num_queries(1):
        assert counts_of(alice).unread == {post.mailbox.pk: 2, private.mailbox.pk: 1}
    assert counts_of(bob).unread == {post.mailbox.pk: 2}


def test_a_conversation_is_read_in_the_same_number_of_queries_however_long(post: Post, alice: Membership) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            letters = Message.objects.visible_to(alice).filter(thread=thread).for_reading().in_order()
            for letter in letters:
                assert letter.body.text
                list(letter.participants.all()), list(letter.attachments.all()), letter.mailbox.address
                [card.contact.name for card in letter.cards.all()]
        return len(captured)

    post.file(Mail(files=(FILE,)))
    thread = Thread.objects.get()
    few = queries()
    post.file(*(Mail(files=(FILE,)) for _ in range(5)))
    assert queries() == few


@pytest.mark.rule("K23")
def test_nobody_but_the_owner_sees_a_personal_mailbox(
    post: Post, alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    private = Post(make_mailbox("alice@acme.example", owner=alice))
    private.file(Mail("secret", files=(FILE,)))
    thread, message, file = Thread.objects.get(), Message.objects.get(), Attachment.objects.get()
    assert get_thread_for(alice, thread.pk) == thread
    assert get_message_for(alice, str(message.pk)) == message
    assert get_attachment_for(alice, file.pk).message == message
    for other in (bob, charlie):
        with tenant(other.account_id):
            assert not Thread.objects.visible_to(other).exists()
            assert not Message.objects.visible_to(other).exists()
            for get, gone, row in (
                (get_thread_for, ThreadNotFound, thread),
                (get_message_for, MessageNotFound, message),
                (get_attachment_for, AttachmentNotFound, file),
            ):
                with pytest.raises(gone):
                    get(other, row.pk)


@pytest.mark.parametrize("odd", ["", "x", "-1", "²", "9" * 30])
def test_an_odd_id_names_nothing(post: Post, alice: Membership, odd: str) -> None:
    with pytest.raises(ThreadNotFound):
        get_thread_for(alice, odd)
