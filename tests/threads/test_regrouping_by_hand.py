"""Regrouping a mailbox in which people merged and split, and one of ten thousand letters."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.threads.builders import BORIS, Mail, Post, ids
from threads.grouping import group_key
from threads.models import Message, Thread
from threads.rearranging import merge_threads, split_thread
from threads.regrouping import regroup_mailbox
from threads.tasks import regroup

MANY = 10_000


def row_of(mail: Mail) -> Message:
    return Message.objects.get(message_id_header=mail.message_id)


def set_grouping(post: Post, *, is_on: bool) -> int:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(group_messages=is_on, needs_regrouping=True)
    return regroup_mailbox(post.mailbox)


@pytest.mark.rule("G01", "K33")
def test_what_people_put_together_comes_back_when_grouping_does(post: Post, bob: Membership) -> None:
    offer, bill, again, plan = Mail("Offer"), Mail("Bill", sender=BORIS), Mail("Offer"), Mail("Plan")
    post.file(offer, bill, again, plan)
    merge_threads(bob, row_of(offer).thread_id, [row_of(bill).thread_id])
    split_thread(bob, row_of(offer).thread_id, [row_of(again).pk])
    late, answer = Mail("Re: Bill", sender=BORIS), Mail("Re: Offer")
    post.file(late, answer)
    together = ids([offer, bill, late], [again, answer], [plan])
    assert post.threads() == together
    assert regroup_mailbox(post.mailbox) == 0
    set_grouping(post, is_on=False)
    assert post.threads() == ids([offer], [bill], [again], [plan], [late], [answer])
    alone = row_of(bill).thread
    assert (alone.counterpart_address, alone.message_count) == (BORIS, 1)
    set_grouping(post, is_on=True)
    assert post.threads() == together
    assert row_of(bill).thread_reason == "manual"


@pytest.mark.rule("K33")
def test_ten_thousand_letters_are_regrouped_at_once_and_back(post: Post) -> None:
    """2,500 conversations of four letters each."""
    post.file(Mail("Letter"))
    _multiply()
    account_id = post.mailbox.account_id
    assert account_id
    for is_on, threads in ((False, MANY), (True, 2_500)):
        Mailbox.objects.filter(pk=post.mailbox.pk).update(group_messages=is_on, needs_regrouping=True)
        regroup(account_id, post.mailbox.pk)
        assert Thread.objects.count() == threads
        assert set(Thread.objects.values_list("message_count", flat=True)) == {MANY // threads}
        assert not Mailbox.objects.get(pk=post.mailbox.pk).needs_regrouping
    assert Message.objects.filter(thread__counterpart_address="anna@client.example").count() == MANY


def _multiply() -> None:
    """The letter that is there, as often as MANY, by SQL; in one thread, so that all have to move."""
    keys = [group_key("anna@client.example", f"subject {number}") for number in range(2_500)]
    columns = """account_id, mailbox_id, thread_id, thread_reason, direction, size, is_ours, is_read, on_server,
      has_attachments, filed_at, client_key, reference_ids, message_id_header, in_reply_to, subject, from_address,
      from_name, snippet"""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO threads_message ({columns}, identity, group_key, received_at)
            SELECT {columns.replace("message_id_header", "n || '@client.example'")}, sha256(n::text::bytea),
              (%s::bytea[])[n %% 2500 + 1], received_at + n * interval '1 minute'
            FROM threads_message, generate_series(1, {MANY - 1}) AS n""",  # noqa: S608  (constants only)
            [keys],
        )
    Message.objects.filter(pk=Message.objects.earliest("pk").pk).update(group_key=keys[0])
