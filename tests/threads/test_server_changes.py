"""Read marks and disappearance on the server."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.errors import LeaseLost
from mailboxes.leases import release
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.models import FolderEntry, Message, Thread
from threads.server_changes import apply_flags, mark_vanished
from threads.services import mark_read

SEEN = frozenset({"\\Seen", "\\Answered"})
UNSEEN: frozenset[str] = frozenset()


@pytest.mark.rule("G06")
def test_the_read_state_follows_the_servers(post: Post) -> None:
    post.file_at({1: Mail(), 2: Mail()})
    assert apply_flags(post.inbox, {1: SEEN, 2: UNSEEN, 99: SEEN}, lease=post.lease) == 1
    assert Thread.objects.get().unread_count == 1
    assert apply_flags(post.inbox, {1: SEEN}, lease=post.lease) == 0
    assert apply_flags(post.inbox, {1: UNSEEN, 2: SEEN}, lease=post.lease) == 2
    assert Thread.objects.get().unread_count == 1


@pytest.mark.rule("G06")
def test_what_was_opened_here_stays_read_though_the_server_does_not_know(post: Post, alice: Membership) -> None:
    post.file_at({1: Mail()})
    mark_read(alice, [Thread.objects.get().pk])
    assert apply_flags(post.inbox, {1: UNSEEN}, lease=post.lease) == 0
    assert Message.objects.get().is_read


def test_what_we_sent_is_always_read(post: Post) -> None:
    post.file_at({1: Mail(sender=SALES, to=ANNA, flags=SEEN)}, folder=post.sent)
    assert apply_flags(post.sent, {1: UNSEEN}, lease=post.lease) == 0
    assert Message.objects.get().is_read


@pytest.mark.rule("K61")
def test_what_is_deleted_on_the_server_stays_here(post: Post) -> None:
    post.file_at({1: Mail(), 2: Mail()})
    assert mark_vanished(post.inbox, [1, 99], lease=post.lease) == 1
    assert list(Message.objects.order_by("id").values_list("on_server", flat=True)) == [False, True]
    assert Thread.objects.get().message_count == 2
    assert mark_vanished(post.inbox, [1], lease=post.lease) == 0


@pytest.mark.rule("K61")
def test_a_letter_is_gone_when_its_last_place_is_empty_and_back_when_it_is_found_again(post: Post) -> None:
    mail = Mail()
    post.file_at({1: mail, 2: mail})
    assert mark_vanished(post.inbox, [1], lease=post.lease) == 0
    assert Message.objects.get().on_server
    assert mark_vanished(post.inbox, [2], lease=post.lease) == 1
    assert not Message.objects.get().on_server
    assert post.file_at({3: mail}).known_count == 1
    assert Message.objects.get().on_server


def test_places_of_an_older_generation_do_not_count(post: Post) -> None:
    mail = Mail()
    post.file_at({1: mail})
    post.file_at({1: mail}, generation=2)
    post.inbox.refresh_from_db()
    assert FolderEntry.objects.count() == 2
    assert mark_vanished(post.inbox, [1], lease=post.lease) == 1
    assert not Message.objects.get().on_server


def test_who_lost_the_lease_writes_nothing(post: Post) -> None:
    post.file_at({1: Mail()})
    release(post.lease)
    with pytest.raises(LeaseLost):
        post.file_at({2: Mail()})
    with pytest.raises(LeaseLost):
        apply_flags(post.inbox, {1: SEEN}, lease=post.lease)
    with pytest.raises(LeaseLost):
        mark_vanished(post.inbox, [1], lease=post.lease)
    assert (Message.objects.count(), FolderEntry.objects.count()) == (1, 1)
