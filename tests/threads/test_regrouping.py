from __future__ import annotations

import pytest

from mailboxes.models import Mailbox
from tests.threads.builders import ANNA, BORIS, SALES, START, Mail, Post, ids
from threads.filing import Progress
from threads.models import Message, Thread
from threads.regrouping import regroup_mailbox
from threads.tasks import regroup


def set_grouping(post: Post, *, is_on: bool) -> None:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(group_messages=is_on, needs_regrouping=True)


@pytest.mark.rule("K33")
def test_clearing_the_checkbox_parts_the_letters_and_setting_it_joins_them(post: Post) -> None:
    bill, again, other = Mail("Bill"), Mail("Re: Bill"), Mail("Bill", sender=BORIS)
    post.file(bill, again, other)
    kept = Message.objects.get(message_id_header=bill.message_id).thread_id
    set_grouping(post, is_on=False)
    regroup(post.mailbox.account.pk, post.mailbox.pk)
    assert post.threads() == ids([bill], [again], [other])
    set_grouping(post, is_on=True)
    regroup(post.mailbox.account.pk, post.mailbox.pk)
    assert post.threads() == ids([bill, again], [other])
    assert Message.objects.get(message_id_header=again.message_id).thread_id == kept


@pytest.mark.rule("K33")
def test_counts_and_clients_are_right_after_regrouping(post: Post) -> None:
    post.file(Mail("Bill", text="first"), Mail("Bill", text="second"))
    post.file_sent(Mail("Bill", sender=SALES, to=ANNA, text="third"))
    set_grouping(post, is_on=False)
    assert regroup_mailbox(post.mailbox) == 2
    facts = Thread.objects.order_by("last_message_at").values_list(
        "snippet", "message_count", "incoming_count", "outgoing_count", "unread_count", "counterpart_name"
    )
    name = "Anna Petrova"
    assert list(facts) == [("first", 1, 1, 0, 1, name), ("second", 1, 1, 0, 1, name), ("third", 1, 0, 1, 0, name)]
    assert not Mailbox.objects.get(pk=post.mailbox.pk).needs_regrouping


def test_regrouping_again_moves_nothing(post: Post) -> None:
    post.file(Mail("Bill"), Mail("Offer"), Mail("Re: Bill"))
    assert regroup_mailbox(post.mailbox) == 0
    assert regroup_mailbox(post.mailbox) == 0


@pytest.mark.rule("G01")
def test_after_an_import_that_brought_the_reply_first_both_share_a_thread(post: Post) -> None:
    first = Mail("Offer")
    reply = Mail("Edited", in_reply_to=first.message_id)
    post.file(reply, progress=Progress.IMPORT)
    post.file(first, progress=Progress.IMPORT)
    assert post.threads() == ids([first], [reply])
    regroup_mailbox(post.mailbox)
    assert post.threads() == ids([first, reply])
    assert Thread.objects.count() == 1


def test_deleted_letters_stay_deleted(post: Post) -> None:
    post.file(Mail("Bill"), Mail("Bill"))
    Message.objects.update(deleted_at=START)
    set_grouping(post, is_on=False)
    regroup_mailbox(post.mailbox)
    assert list(Thread.objects.values_list("message_count", "deleted_count")) == [(0, 1), (0, 1)]


def test_the_task_does_nothing_that_was_not_asked_for(post: Post) -> None:
    post.file(Mail("Bill"), Mail("Bill"))
    Mailbox.objects.filter(pk=post.mailbox.pk).update(group_messages=False)
    regroup(post.mailbox.account.pk, post.mailbox.pk)
    assert Thread.objects.count() == 1
