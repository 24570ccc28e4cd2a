"""Deleted is a folder of the CRM alone."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.access import get_message_for, get_thread_for
from threads.errors import MessageNotFound, ThreadNotFound
from threads.models import FolderEntry, Message, Thread
from threads.services import delete_messages, delete_threads, restore_messages, restore_threads


def counts() -> tuple[int, int, int]:
    return Thread.objects.values_list("message_count", "unread_count", "deleted_count").get()


@pytest.mark.rule("K60")
def test_a_deleted_letter_never_comes_back_by_a_later_sync(post: Post, bob: Membership) -> None:
    mail, other = Mail(text="first"), Mail(text="second")
    post.file_at({1: mail, 2: other})
    message = Message.objects.get(snippet="second")
    assert delete_messages(bob, [message.pk]) == 1
    assert counts() == (1, 1, 1)
    post.file_at({1: mail, 2: other})
    post.file_at({9: other}, generation=2)
    message.refresh_from_db()
    assert message.deleted_at is not None
    assert message.deleted_by == bob
    assert (counts(), Thread.objects.get().snippet) == ((1, 1, 1), "first")


@pytest.mark.rule("K60")
def test_deleting_touches_no_place_on_the_server(post: Post, bob: Membership) -> None:
    post.file_at({1: Mail()})
    delete_threads(bob, [Thread.objects.get().pk])
    assert FolderEntry.objects.get().is_on_server
    assert Message.objects.get().on_server


def test_deleting_again_deletes_nothing(post: Post, bob: Membership) -> None:
    post.file(Mail(), Mail())
    thread_id = Thread.objects.get().pk
    assert delete_threads(bob, [thread_id]) == 2
    deleted_at = Message.objects.order_by("id")[0].deleted_at
    assert delete_threads(bob, [thread_id]) == 0
    assert Message.objects.order_by("id")[0].deleted_at == deleted_at


@pytest.mark.rule("K63")
def test_only_administrators_see_and_restore_what_is_deleted(post: Post, alice: Membership, bob: Membership) -> None:
    post.file(Mail())
    thread, message = Thread.objects.get(), Message.objects.get()
    delete_messages(bob, [message.pk])
    assert Thread.objects.visible_to(alice).in_folder("deleted").get() == thread
    assert not Thread.objects.visible_to(bob).in_folder("deleted").exists()
    assert not Message.objects.visible_to(bob).in_folder("deleted").exists()
    with pytest.raises(ThreadNotFound):
        get_thread_for(bob, thread.pk)
    with pytest.raises(MessageNotFound):
        get_message_for(bob, message.pk)
    with pytest.raises(NotAllowed):
        restore_messages(bob, [message.pk])
    assert get_message_for(alice, message.pk) == message
    assert restore_threads(alice, [thread.pk]) == 1
    assert counts() == (1, 1, 0)
    assert get_message_for(bob, message.pk) == message


@pytest.mark.rule("K63", "K23")
def test_an_administrator_never_sees_the_deleted_mail_of_a_personal_mailbox(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    private = Post(make_mailbox("bob@acme.example", owner=bob))
    private.file(Mail(to="bob@acme.example"))
    message = Message.objects.get()
    delete_messages(bob, [message.pk])
    assert not Thread.objects.visible_to(alice).in_folder("deleted").exists()
    assert restore_messages(alice, [message.pk]) == 0
    with pytest.raises(MessageNotFound):
        get_message_for(alice, message.pk)


def test_nobody_deletes_what_he_does_not_see(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    private = Post(make_mailbox("alice@acme.example", owner=alice))
    private.file(Mail(to="alice@acme.example"))
    assert delete_messages(bob, [Message.objects.get().pk]) == 0
    assert delete_threads(bob, [Thread.objects.get().pk]) == 0
    assert counts() == (1, 1, 0)


@pytest.mark.rule("G12")
def test_deletions_stand_in_the_audit_log(post: Post, alice: Membership, bob: Membership) -> None:
    post.file(Mail(), Mail())
    delete_threads(bob, [Thread.objects.get().pk])
    restore_threads(alice, [Thread.objects.get().pk])
    events = AuditEvent.objects.order_by("id").values_list("action", "actor", "facts")
    assert list(events) == [
        ("messages.deleted", bob.pk, {"count": 2}),
        ("messages.restored", alice.pk, {"count": 2}),
    ]
