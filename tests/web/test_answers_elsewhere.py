"""A conversation that was answered from another mailbox says so, to those who read that one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.models import Message, Thread

SignIn = Callable[[Membership], Client]
WORDS = "Alice Archer answered from alice@acme.example."
pytestmark = pytest.mark.rule("R07", "K31")


@pytest.fixture
def answered(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Thread:
    """A letter to the shared mailbox; Alice's answer lies in her own."""
    post, own = Post(make_mailbox(SALES, account_of=alice)), make_mailbox("alice@acme.example", owner=alice)
    (letter_id,) = post.file(Mail("Offer")).new_message_ids
    letter = Message.objects.get(pk=letter_id)
    mail = queue_letter(alice, LetterRequest(own.pk, [ANNA], subject="Re: Offer", reply_to_message_id=letter.pk))
    (answer_id,) = Post(own).file_sent(Mail("Re: Offer", own.address, ANNA)).new_message_ids
    answer = Message.objects.get(pk=answer_id)
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state="sent", message=answer, thread=answer.thread, sent_at=timezone.now()
    )
    return letter.thread


def page_of(client: Client, thread: Thread) -> str:
    return client.get(f"/mail/inbox/{thread.pk}/").content.decode()


def test_the_answer_is_named_with_its_own_conversation(signed_in: SignIn, alice: Membership, answered: Thread) -> None:
    answer = OutgoingMail.objects.get()
    page = page_of(signed_in(alice), answered)
    assert WORDS in page
    assert f'href="/mail/sent/{answer.thread_id}/"' in page
    assert answer.thread is not None
    assert WORDS not in page_of(signed_in(alice), answer.thread)


@pytest.mark.rule("K23")
def test_who_does_not_read_that_mailbox_learns_nothing(signed_in: SignIn, bob: Membership, answered: Thread) -> None:
    page = page_of(signed_in(bob), answered)
    assert "Offer" in page
    assert "alice@acme.example" not in page


@pytest.mark.rule("K60")
def test_an_answer_in_deleted_is_not_named(signed_in: SignIn, alice: Membership, answered: Thread) -> None:
    Message.objects.filter(subject="Re: Offer").update(deleted_at=timezone.now())
    assert WORDS not in page_of(signed_in(alice), answered)
