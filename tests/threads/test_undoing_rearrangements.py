"""Undo of merging and splitting by hand."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.threads.builders import BORIS, Mail, Post, ids
from threads.models import Message, Thread
from threads.rearranging import merge_threads, split_thread, undo_rearranging

pytestmark = pytest.mark.rule("G01")


def thread_of(mail: Mail) -> int:
    return Message.objects.get(message_id_header=mail.message_id).thread_id


def row_of(mail: Mail) -> int:
    return Message.objects.get(message_id_header=mail.message_id).pk


def all_facts() -> list[object]:
    threads = Thread.objects.order_by("pk").values()
    return [*threads, *Message.objects.order_by("pk").values("pk", "thread", "manual_group", "thread_reason")]


def test_undoing_a_merge_leaves_nothing_of_it(post: Post, bob: Membership) -> None:
    offer, bill, again = Mail("Offer"), Mail("Bill", sender=BORIS), Mail("Re: Bill", sender=BORIS)
    post.file(offer, bill, again)
    before = all_facts()
    made = merge_threads(bob, thread_of(offer), [thread_of(bill)])
    assert undo_rearranging(bob, made.number, made.origins) == 3
    assert all_facts() == before
    assert undo_rearranging(bob, made.number, made.origins) == 0


def test_undoing_a_split_leaves_nothing_of_it(post: Post, bob: Membership) -> None:
    first, second, third = Mail("Offer"), Mail("Re: Offer"), Mail("Else", sender=BORIS)
    post.file(first, second, third)
    merge_threads(bob, thread_of(first), [thread_of(third)])
    before = all_facts()
    made = split_thread(bob, thread_of(first), [row_of(second)])
    assert undo_rearranging(bob, made.number, made.origins) == 3
    assert all_facts() == before


def test_what_came_since_stays_where_it_is(post: Post, bob: Membership) -> None:
    offer, bill = Mail("Offer"), Mail("Bill")
    post.file(offer, bill)
    made = merge_threads(bob, thread_of(offer), [thread_of(bill)])
    late = Mail("Re: Offer")
    post.file(late)
    undo_rearranging(bob, made.number, made.origins)
    assert post.threads() == ids([offer, late], [bill])


def test_what_was_put_elsewhere_since_is_left_alone(post: Post, bob: Membership) -> None:
    offer, bill, plan = Mail("Offer"), Mail("Bill"), Mail("Plan")
    post.file(offer, bill, plan)
    made = merge_threads(bob, thread_of(offer), [thread_of(bill)])
    merge_threads(bob, thread_of(offer), [thread_of(plan)])
    assert undo_rearranging(bob, made.number, made.origins) == 0
    assert post.threads() == ids([offer, bill, plan])


def test_nobody_undoes_in_mailboxes_of_others(post: Post, bob: Membership, alice: Membership) -> None:
    offer, bill = Mail("Offer"), Mail("Bill")
    post.file(offer, bill)
    made = merge_threads(bob, thread_of(offer), [thread_of(bill)])
    Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    bob.refresh_from_db()
    assert undo_rearranging(bob, made.number, made.origins) == 0
    assert undo_rearranging(alice, made.number, made.origins) == 2
