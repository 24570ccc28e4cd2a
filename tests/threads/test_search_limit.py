"""The newest hits elsewhere do not use up the limit of a search in one place (G05, K63)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, START, Mail, Post
from threads import search
from threads.models import Message, Thread
from threads.search import Within
from threads.services import delete_messages

pytestmark = pytest.mark.rule("G05")


@pytest.fixture
def newer(
    post: Post, alice: Membership, make_mailbox: MakeMailbox, monkeypatch: pytest.MonkeyPatch, in_account: Account
) -> Post:
    """Sales has an old letter, an old answer and an old deleted one; the two newest hits lie in another mailbox."""
    monkeypatch.setattr(search, "SEARCH_LIMIT", 2)
    post.file(Mail("Old offer", minutes=-30), Mail("Deleted offer", sender="x@y.example", minutes=-20))
    post.file_sent(Mail("Sent offer", sender=SALES, to="eve@client.example", minutes=-10))
    delete_messages(alice, [Message.objects.get(subject="Deleted offer").pk])
    support = Post(make_mailbox("support@acme.example", account_of=alice))
    support.file(*[Mail(f"New offer {number}", sender=f"p{number}@other.example") for number in (1, 2)])
    return support


def found(member: Membership, words: str, within: Within) -> tuple[list[str], list[str]]:
    threads = Thread.objects.visible_to(member)
    letters = Message.objects.visible_to(member)
    if within.mailbox_id:
        threads, letters = threads.filter(mailbox=within.mailbox_id), letters.filter(mailbox=within.mailbox_id)
    threads, letters = threads.matching(words, within), letters.matching(words, within)
    return subjects(threads.newest_first()), subjects(letters.newest_first())


def subjects(rows: Iterable[Thread | Message]) -> list[str]:
    return [row.subject for row in rows]


@pytest.mark.rule("K63")
@pytest.mark.parametrize(
    ("words", "folder", "subjects"),
    [
        ("offer", "sent", ["Sent offer"]),
        ("offer", "deleted", ["Deleted offer"]),
        ("offer in:deleted", "inbox", ["Deleted offer"]),
        ("offer in:sent", "", ["Sent offer"]),
        ("offer", "", ["New offer 2", "New offer 1"]),
    ],
)
def test_a_folder_is_searched_by_itself(
    newer: Post, alice: Membership, words: str, folder: str, subjects: list[str]
) -> None:
    threads, letters = found(alice, words, Within(folder))
    assert threads[: len(subjects)] == subjects
    assert letters[: len(subjects)] == subjects


def test_a_mailbox_is_searched_by_itself(newer: Post, post: Post, alice: Membership) -> None:
    assert found(alice, "offer", Within("", post.mailbox.pk)) == (["Sent offer", "Old offer"],) * 2


def test_a_time_is_searched_by_itself(newer: Post, alice: Membership) -> None:
    assert search.find_message_ids("offer", alice, Within(before=START - timedelta(minutes=25))) == [
        Message.objects.get(subject="Old offer").pk
    ]


def test_what_is_narrowed_before_is_looked_through_by_itself(newer: Post, post: Post, alice: Membership) -> None:
    sent = Message.objects.visible_to(alice).filter(subject="Sent offer")
    assert [letter.subject for letter in sent.matching("offer")] == ["Sent offer"]
    assert not sent.matching("offer").is_limited


def test_people_with_similar_names_are_not_mixed_in(newer: Post, alice: Membership) -> None:
    newer.file(Mail("Offers and more", sender="Ofer Cohen <o@client.example>", text="Nothing"))
    sent = Thread.objects.visible_to(alice).matching("offer", Within("sent"))
    assert [thread.subject for thread in sent] == ["Sent offer"]


def test_a_search_says_that_there_may_be_more(newer: Post, alice: Membership) -> None:
    threads = Thread.objects.visible_to(alice)
    assert threads.matching("new").is_limited
    assert not threads.matching("old").is_limited
