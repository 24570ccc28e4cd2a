"""Merging and splitting by hand, and what later mail makes of it."""

from __future__ import annotations

import pytest

from accounts.audit import with_action
from accounts.models import AuditEvent, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, BORIS, SALES, Mail, Post, ids
from threads.errors import MessageNotFound, RearrangingRefused, ThreadNotFound
from threads.models import Message, Thread
from threads.rearranging import merge_threads, split_thread
from threads.services import delete_messages

pytestmark = pytest.mark.rule("G01")


def thread_of(mail: Mail) -> int:
    return Message.objects.get(message_id_header=mail.message_id).thread_id


def row_of(mail: Mail) -> int:
    return Message.objects.get(message_id_header=mail.message_id).pk


def test_merged_conversations_are_one_and_later_mail_of_both_comes_there(post: Post, bob: Membership) -> None:
    offer, bill = Mail("Offer"), Mail("Bill", sender=BORIS)
    post.file(offer, bill)
    merged = merge_threads(bob, thread_of(offer), [thread_of(bill)]).thread
    assert (merged.message_count, merged.unread_count, merged.subject) == (2, 2, "Bill")
    assert merged.counterpart_name == "Anna Petrova"
    more, answer = Mail("Re: Bill", sender=BORIS), Mail("Quite else", sender=BORIS, in_reply_to=bill.message_id)
    post.file(more)
    post.file(answer)
    assert post.threads() == ids([offer, bill, more, answer])
    assert set(Message.objects.values_list("thread_reason", flat=True)) == {"manual", "subject", "reply"}


def test_a_letter_of_the_other_client_does_not_rename_a_merged_thread(post: Post, bob: Membership) -> None:
    offer, bill = Mail("Offer", sender="anna@client.example"), Mail("Bill", sender=BORIS)
    post.file(offer, bill)
    merged = merge_threads(bob, thread_of(offer), [thread_of(bill)]).thread
    post.file(Mail("Bill", sender="Boris Orlov <boris@other.example>"))
    merged.refresh_from_db()
    assert (merged.counterpart_address, merged.counterpart_name) == ("anna@client.example", "")
    post.file(Mail("Offer", sender=ANNA))
    merged.refresh_from_db()
    assert merged.counterpart_name == "Anna Petrova"


def test_split_letters_have_their_own_conversation_and_later_mail_joins_the_newest_part(
    post: Post, bob: Membership
) -> None:
    first, second, third = Mail("Offer"), Mail("Re: Offer"), Mail("Re: Offer")
    post.file(first, second, third)
    old = thread_of(first)
    split = split_thread(bob, old, [row_of(second), row_of(third)]).thread
    assert thread_of(first) == old != split.pk
    assert (split.message_count, split.counterpart_name) == (2, "Anna Petrova")
    by_subject, answer = Mail("AW: Offer"), Mail("Re: Offer", in_reply_to=first.message_id)
    post.file(by_subject, answer)
    assert post.threads() == ids([first, answer], [second, third, by_subject])


def test_a_part_that_is_of_another_client_is_named_for_him(post: Post, bob: Membership) -> None:
    offer, bill = Mail("Offer"), Mail("Bill", sender="Boris Orlov <boris@other.example>")
    post.file(offer, bill)
    merged = merge_threads(bob, thread_of(offer), [thread_of(bill)]).thread
    split = split_thread(bob, merged.pk, [row_of(bill)]).thread
    assert (split.counterpart_address, split.counterpart_name) == ("boris@other.example", "Boris Orlov")


def test_something_stays_in_a_split_conversation_that_everybody_sees(
    post: Post, alice: Membership, bob: Membership
) -> None:
    first, second = Mail("Offer"), Mail("Re: Offer")
    post.file(first, second)
    delete_messages(alice, [row_of(first)])
    with pytest.raises(RearrangingRefused) as refused:
        split_thread(bob, thread_of(first), [row_of(second)])
    assert refused.value.field == "messages"
    with pytest.raises(MessageNotFound):  # what lies in Deleted is not Bob's to see
        split_thread(bob, thread_of(first), [row_of(first)])
    with pytest.raises(MessageNotFound):
        split_thread(bob, thread_of(first), [])


@pytest.mark.rule("K31")
def test_mailboxes_are_never_mixed(post: Post, alice: Membership, make_mailbox: MakeMailbox) -> None:
    other = Post(make_mailbox("info@acme.example", account_of=alice))
    here, there = Mail("Offer"), Mail("Offer", to="info@acme.example")
    post.file(here)
    other.file(there)
    with pytest.raises(RearrangingRefused, match="different mailboxes"):
        merge_threads(alice, thread_of(here), [thread_of(there)])


@pytest.mark.rule("K33")
def test_where_every_letter_stands_alone_nothing_is_merged(post: Post, alice: Membership) -> None:
    Mailbox.objects.update(group_messages=False)
    first, second = Mail("Offer"), Mail("Offer")
    post.file(first, second)
    with pytest.raises(RearrangingRefused, match="switched off"):
        merge_threads(alice, thread_of(first), [thread_of(second)])


def test_one_conversation_or_a_thousand_are_not_merged(post: Post, alice: Membership) -> None:
    mail = Mail("Offer")
    post.file(mail)
    for others in ([], [thread_of(mail)], range(10**6, 10**6 + 600)):
        with pytest.raises(RearrangingRefused):
            merge_threads(alice, thread_of(mail), list(others))


@pytest.mark.rule("K23")
def test_others_conversations_are_not_there(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    own = Post(make_mailbox("alice@acme.example", owner=alice))
    hers, shared = Mail("Secret", to="alice@acme.example"), Mail("Offer")
    own.file(hers)
    post.file(shared)
    with pytest.raises(ThreadNotFound):
        merge_threads(bob, thread_of(hers), [thread_of(shared)])
    with pytest.raises((ThreadNotFound, RearrangingRefused)):
        merge_threads(bob, thread_of(shared), [thread_of(hers)])
    with pytest.raises(ThreadNotFound):
        split_thread(bob, thread_of(hers), [row_of(hers)])
    assert Thread.objects.count() == 2


def test_the_audit_log_says_who_did_it(post: Post, bob: Membership) -> None:
    offer, bill = Mail("Offer"), Mail("Bill")
    post.file(offer, bill)
    made = merge_threads(bob, thread_of(offer), [thread_of(bill)])
    event = with_action(AuditEvent.objects.all(), "threads.").get()
    assert (event.pk, event.actor, event.target_id, event.facts) == (made.number, bob, made.thread.pk, {"count": 2})
    assert SALES not in str(event.facts)
