"""Rules K30-K34 and G01, through filing and the database."""

from __future__ import annotations

import itertools

import pytest

from mailboxes.models import Mailbox
from tests.threads.builders import ANNA, BORIS, SALES, Mail, Post, ids
from threads.models import Message, Thread


@pytest.mark.rule("K32")
@pytest.mark.parametrize("is_one_batch", [True, False])
def test_the_example_gives_three_threads(post: Post, is_one_batch: bool) -> None:
    one, two = Mail("Offer", sender=ANNA), Mail("Offer", sender=BORIS)
    three, four = Mail("Bill", sender=BORIS), Mail("Re: Bill", sender=BORIS)
    for batch in [[one, two, three, four]] if is_one_batch else [[one], [two], [three], [four]]:
        post.file(*batch)
    assert post.threads() == ids([one], [two], [three, four])


@pytest.mark.rule("K32")
def test_one_client_with_two_subjects_and_a_pair_give_three_threads(post: Post) -> None:
    letters = [Mail("Offer"), Mail("Order"), Mail("Bill"), Mail("Bill")]
    post.file(*letters)
    assert post.threads() == ids(letters[:1], letters[1:2], letters[2:])


@pytest.mark.rule("K30")
def test_case_space_and_prefixes_do_not_part_letters_of_two_batches(post: Post) -> None:
    first, second = Mail("Offer  for you"), Mail("AW: [team] Fwd: OFFER for YOU", sender="ANNA@CLIENT.example")
    post.file(first)
    post.file(second)
    assert post.threads() == ids([first, second])


@pytest.mark.rule("G01")
def test_a_reply_with_another_subject_lands_in_the_same_thread(post: Post) -> None:
    ours = Mail("Offer", sender=SALES, to=ANNA)
    reply = Mail("Something else", in_reply_to=ours.message_id)
    later = Mail("Re: Something else")
    post.file_sent(ours)
    post.file(reply)
    post.file(later)
    assert post.threads() == ids([ours, reply, later])
    reasons = Message.objects.order_by("received_at").values_list("thread_reason", flat=True)
    assert list(reasons) == ["first", "reply", "subject"]


@pytest.mark.rule("G01")
def test_a_reply_finds_its_thread_by_any_of_its_references(post: Post) -> None:
    first = Mail("Offer")
    reply = Mail("Edited", in_reply_to="lost@x", references=(first.message_id, "lost@x"))
    post.file(first)
    post.file(reply)
    assert post.threads() == ids([first, reply])


@pytest.mark.rule("G01")
def test_a_reply_never_crosses_clients(post: Post) -> None:
    first = Mail("Offer")
    forged = Mail("Offer", sender=BORIS, in_reply_to=first.message_id)
    post.file(first)
    post.file(forged)
    assert post.threads() == ids([first], [forged])


@pytest.mark.rule("K34")
def test_a_copy_of_a_colleagues_letter_joins_the_clients_thread(post: Post) -> None:
    copy = Mail("Offer", sender="Alice <alice@acme.example>", to=ANNA, cc=SALES)
    answer = Mail("Re: Offer", to=f"alice@acme.example, {SALES}")
    post.file(copy)
    post.file(answer)
    assert post.threads() == ids([copy, answer])
    thread = Thread.objects.get()
    assert (thread.counterpart_key, thread.outgoing_count, thread.incoming_count) == ("anna@client.example", 1, 1)


@pytest.mark.rule("K33")
def test_without_grouping_every_letter_stands_alone(post: Post) -> None:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(group_messages=False)
    first, second = Mail("Offer"), Mail("Offer")
    post.file(first)
    post.file(second, Mail("Re: Offer", in_reply_to=first.message_id))
    assert Thread.objects.count() == 3
    assert set(Message.objects.values_list("thread_reason", flat=True)) == {"alone"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_batch_in_any_order_makes_the_same_threads(post: Post, order: tuple[int, ...]) -> None:
    first = Mail("Offer", minutes=1)
    reply = Mail("Edited", in_reply_to=first.message_id, minutes=2)
    again = Mail("Re: Edited", in_reply_to=reply.message_id, minutes=3)
    batch = [first, reply, again]
    post.file(*(batch[place] for place in order))
    assert post.threads() == ids(batch)


def test_internal_letters_have_threads_without_a_client(post: Post) -> None:
    post.file(Mail("Lunch", sender="alice@acme.example"))
    thread = Thread.objects.get()
    assert (thread.counterpart_key, thread.incoming_count) == ("", 1)
