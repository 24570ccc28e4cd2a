"""Outgoing letters stay with their conversation when it is merged, split or formed anew."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.threads.builders import BORIS, SALES, Mail, Post
from threads.models import Message
from threads.rearranging import merge_threads, split_thread


@pytest.mark.rule("G01")
def test_a_letter_that_is_filed_and_one_that_waits_follow(
    in_account: Account, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    post = Post(make_mailbox(SALES, account_of=bob))
    offer, bill = Mail("Offer"), Mail("Bill", sender=BORIS)
    post.file(offer, bill)
    first, second = (Message.objects.get(message_id_header=mail.message_id) for mail in (offer, bill))
    facts = {"mailbox": post.mailbox, "author": bob, "due_at": timezone.now(), "thread": second.thread}
    filed = OutgoingMail.objects.create(message=second, message_id_header="1@acme.example", **facts)
    waiting = OutgoingMail.objects.create(reply_to_message=second, message_id_header="2@acme.example", **facts)
    merge_threads(bob, first.thread_id, [second.thread_id])
    assert set(OutgoingMail.objects.values_list("thread", flat=True)) == {first.thread_id}
    split = split_thread(bob, first.thread_id, [second.pk]).thread
    for mail in (filed, waiting):
        mail.refresh_from_db()
        assert mail.thread_id == split.pk
