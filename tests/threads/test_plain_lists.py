"""Lists kept as SQL are the lists of the queryset, for each member, folder, mailbox, filter and place."""

from __future__ import annotations

from itertools import product

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.models import Thread
from threads.plain_lists import newest_threads
from threads.querysets import Narrowing

ONLY: tuple[Narrowing, ...] = ("", "unread", "waiting", "with_files")


@pytest.fixture
def members(
    post: Post, alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> list[Membership]:
    """With conversations of many kinds in a shared mailbox and in Bob's own."""
    own = Post(make_mailbox("bob@acme.example", owner=bob))
    for number in range(12):
        place = own if number % 3 else post
        place.file(Mail(f"Offer {number}", sender=f"client{number}@client.example"))
        place.file_sent(Mail(f"Ours {number}", to=f"client{number + 5}@client.example"))
    ids = list(Thread.objects.order_by("id").values_list("id", flat=True))
    Thread.objects.filter(pk__in=ids[::2]).update(unread_count=1)
    Thread.objects.filter(pk__in=ids[::3]).update(is_waiting=False)
    Thread.objects.filter(pk__in=ids[::5]).update(has_attachments=True)
    return [alice, bob, charlie]


@pytest.mark.rule("K20", "K21", "K24")
@pytest.mark.parametrize("only", ONLY)
def test_they_are_the_lists_of_the_queryset(members: list[Membership], only: Narrowing) -> None:
    found = 0
    for member, folder, mailbox in product(members, ("inbox", "sent"), [None, *Mailbox.objects.all()]):
        threads = Thread.objects.visible_to(member).in_folder(folder)
        threads = threads.filter(mailbox=mailbox) if mailbox else threads
        threads = threads.narrowed(only)
        expected = threads.newest_first().lines()
        told = {"limit": 100, "mailbox_id": mailbox and mailbox.pk, "only": only}
        assert newest_threads(member, folder, **told) == expected
        for end, thread in enumerate(expected):
            place = (thread.last_message_at, thread.id)
            assert newest_threads(member, folder, **told, before=place) == expected[end + 1 :]
        found += len(expected)
    assert found > len(members)


def test_they_end_at_the_limit(members: list[Membership]) -> None:
    assert newest_threads(members[1], "inbox", limit=3) == newest_threads(members[1], "inbox", limit=100)[:3]
