"""A letter that people put somewhere says who and when."""

from __future__ import annotations

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from tests.threads.builders import Mail, Post
from threads.models import Message, Thread
from threads.rearranging import merge_threads, split_thread
from threads.why import explain_message

pytestmark = pytest.mark.rule("G01", "G13")


def words_of(message: Message) -> str:
    message.refresh_from_db()
    return explain_message(message).thread_words


def test_who_merged_and_split_and_when(post: Post, bob: Membership, alice: Membership) -> None:
    post.file(Mail("Offer"), Mail("Bill"))
    first, second = Message.objects.order_by("received_at")
    today = date_format(timezone.localtime(), "DATE_FORMAT")
    merge_threads(bob, first.thread_id, [second.thread_id])
    assert words_of(first) == f"Bob Baker merged this conversation from several by hand on {today}."
    split_thread(alice, first.thread_id, [second.pk])
    for letter in (first, second):
        assert words_of(letter) == f"Alice Archer split this conversation by hand on {today}."


def test_without_a_line_in_the_log_it_says_that_much(post: Post) -> None:
    post.file(Mail("Offer"))
    Message.objects.update(thread_reason=Message.ThreadReason.MANUAL, manual_group=-(10**9))
    assert words_of(Message.objects.get()) == "It was put here by hand."
    assert Thread.objects.count() == 1
