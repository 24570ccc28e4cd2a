"""Two at once: nothing is lost, nothing doubled, and the counts are right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact, ContactEmail
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, SALES, START, Mail, Post, file_sent_letter
from threads.linking import link_contact
from threads.models import CardLink, Message, Thread
from threads.services import delete_messages, mark_read

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(account_id: int, *works: Callable[[], object]) -> None:
    """Run these in threads of their own that start together."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            with tenant(account_id):
                barrier.wait()
                work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


@pytest.fixture
def shared(alice: Membership, make_mailbox: MakeMailbox) -> Post:
    with tenant(alice.account.pk):
        return Post(make_mailbox(SALES, account_of=alice))


def test_the_same_batch_filed_twice_at_once_is_filed_once(shared: Post, alice: Membership) -> None:
    batch = {number: Mail(f"Subject {number % 3}") for number in range(1, 13)}
    at_once(alice.account.pk, *[lambda: shared.file_at(batch)] * 3)
    with tenant(alice.account.pk):
        assert (Message.objects.count(), Thread.objects.count()) == (12, 3)
        assert set(Thread.objects.values_list("message_count", "unread_count")) == {(4, 4)}


def test_a_sent_letter_and_its_copy_in_sent_meet(shared: Post, alice: Membership) -> None:
    mail = Mail(sender=SALES, to=ANNA)
    at_once(
        alice.account.pk,
        lambda: shared.file_at({1: mail}, folder=shared.sent),
        lambda: file_sent_letter(shared.mailbox, raw=mail.to_bytes(), sent_at=START),
    )
    with tenant(alice.account.pk):
        assert Message.objects.get().is_ours
        assert Thread.objects.get().outgoing_count == 1


def test_counts_are_right_after_reading_deleting_and_filing_at_once(shared: Post, alice: Membership) -> None:
    with tenant(alice.account.pk):
        shared.file_at({number: Mail() for number in range(1, 9)})
        thread_id = Thread.objects.get().pk
        message_ids = list(Message.objects.values_list("pk", flat=True))
    at_once(
        alice.account.pk,
        lambda: mark_read(alice, [thread_id]),
        lambda: delete_messages(alice, message_ids[:3]),
        lambda: delete_messages(alice, message_ids[2:5]),
        lambda: shared.file_at({20: Mail(), 21: Mail()}),
    )
    with tenant(alice.account.pk):
        kept = Message.objects.kept()
        facts = Thread.objects.values_list("message_count", "deleted_count", "unread_count").get()
        assert facts == (5, 5, kept.filter(is_read=False).count())


def test_a_contact_made_while_its_mail_is_filed_gets_it_all(shared: Post, alice: Membership) -> None:
    def make_contact() -> None:
        contact = Contact.objects.create(name="Anna")
        ContactEmail.objects.create(contact=contact, email="anna@client.example", email_key="anna@client.example")
        link_contact(contact)

    batches = [{number: Mail()} for number in range(1, 7)]
    at_once(alice.account.pk, make_contact, *(lambda batch=batch: shared.file_at(batch) for batch in batches))
    with tenant(alice.account.pk):
        assert CardLink.objects.count() == Message.objects.count() == 6
