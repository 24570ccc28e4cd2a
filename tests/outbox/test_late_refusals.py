"""Who takes no mail any more gets none of what stands in the queue already: a letter may wait there until tomorrow."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.models import Contact
from outbox.delivery import deliver
from outbox.feeding import feed
from outbox.models import MailingRecipient, OutgoingMail
from outbox.suppression import set_unsubscribed
from outbox.unsubscribing import unsubscribe
from tests.outbox.conftest import Office, Queue
from tests.outbox.mailing_world import people, person, started
from tracking.models import Tracked

pytestmark = pytest.mark.rule("M99", "G09")


def test_who_unsubscribes_after_the_letter_was_made_gets_none(alice: Membership, office: Office) -> None:
    mailing = started(alice, office.mailbox, people(3))
    feed(mailing.pk)
    late = mailing.letters.order_by("id")[1]
    unsubscribe(late.pk)
    deliver(office.mailbox.pk)
    assert [letter.recipients for letter in office.sink.letters] == [
        ("person0@client.example",),
        ("person2@client.example",),
    ]
    row = MailingRecipient.objects.get(address="person1@client.example")
    assert (row.state, row.reason, row.mail_id) == ("skipped", "unsubscribed", None)
    assert not OutgoingMail.objects.filter(pk=late.pk).exists()
    assert Tracked.objects.count() == 2
    feed(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.state == "done"


def test_a_letter_of_a_rule_is_canceled(alice: Membership, office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk, is_automatic=True)
    set_unsubscribed(alice, ["ann@client.example"], is_unsubscribed=True)
    deliver(office.mailbox.pk)
    mail.refresh_from_db()
    assert (mail.state, office.sink.letters) == ("canceled", [])


def test_what_a_person_writes_goes_all_the_same(alice: Membership, office: Office, queue: Queue) -> None:
    queue(mailbox_id=office.mailbox.pk)
    set_unsubscribed(alice, ["ann@client.example"], is_unsubscribed=True)
    deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 1
    assert not Contact.objects.exists()


def test_one_address_that_unsubscribed_counts_for_all_of_a_person(
    alice: Membership, office: Office, queue: Queue
) -> None:
    ann = person("Ann", "ann@client.example", "ann@home.example")
    mailing = started(alice, office.mailbox, [ann, person("Ben", "ben@client.example")])
    set_unsubscribed(alice, ["ann@home.example"], is_unsubscribed=True)
    assert feed(mailing.pk) == 1
    assert mailing.recipients.get(name="Ann").reason == "unsubscribed"
    mail = queue(mailbox_id=office.mailbox.pk, is_automatic=True, contact_id=ann.pk)
    to_us = queue(mailbox_id=office.mailbox.pk, is_automatic=True, contact_id=ann.pk, to=["boss@acme.example"])
    deliver(office.mailbox.pk)
    mail.refresh_from_db()
    to_us.refresh_from_db()
    assert (mail.state, to_us.state) == ("canceled", "sent")
