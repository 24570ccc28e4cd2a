"""A letter goes out once, lies once in Sent, and is one message here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.tenancy import current_account_id
from mailkit.mime_reader import parse_message
from outbox.composing import freeze
from outbox.delivery import deliver, list_mailboxes_with_work
from outbox.models import OutgoingMail
from outbox.states import State
from tests.outbox.conftest import MakeOffice, Office, Queue
from threads.models import Message

SentCopy = OutgoingMail.SentCopy


@pytest.fixture(params=["pymap_server", "dovecot"])
def any_office(request: pytest.FixtureRequest, make_office: MakeOffice) -> Office:
    return make_office(request.getfixturevalue(request.param))


@pytest.mark.rule("M93", "K14", "G04")
def test_sent_once_copied_once_filed_once(any_office: Office, queue: Queue) -> None:
    office = any_office
    mail = queue(mailbox_id=office.mailbox.pk, cc=["c@c.example"], bcc=["b@b.example"])
    for _ in range(3):
        deliver(office.mailbox.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.sent_copy, mail.attempts, mail.error_code) == (State.SENT, SentCopy.DONE, 1, "")
    assert [letter.recipients for letter in office.sink.letters] == [
        ("ann@client.example", "c@c.example", "b@b.example")
    ]
    assert office.sink.letters[0].mail_from == office.mailbox.address
    assert office.sink_ids() == office.sent_folder() == [mail.message_id_header]
    message = Message.objects.get()
    assert (message, message.thread, message.direction) == (mail.message, mail.thread, "outgoing")
    assert {row.state for row in mail.recipients.all()} == {"accepted"}


def test_what_is_sent_is_what_was_frozen_and_bcc_stays_ours(office: Office, queue: Queue) -> None:
    queue(mailbox_id=office.mailbox.pk, bcc=["b@b.example"])
    deliver(office.mailbox.pk)
    assert b"b@b.example" not in office.sink.letters[0].raw
    assert [person.email for person in Message.objects.get().participants.filter(role="bcc")] == ["b@b.example"]


@pytest.mark.rule("K62")
def test_the_final_bytes_are_forgotten_when_the_server_has_them(
    office: Office, queue: Queue, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mail = queue(mailbox_id=office.mailbox.pk)
    with django_capture_on_commit_callbacks(execute=True):
        deliver(office.mailbox.pk)
    mail.refresh_from_db()
    assert mail.raw_name == ""
    assert default_storage.listdir(f"{mail.account_id}/mailboxes/{mail.mailbox_id}/outgoing")[1] == []


@pytest.mark.rule("M93")
def test_a_copy_that_the_provider_filed_is_enough(office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk)
    office.imap.deliver(office.user, freeze(mail), "Sent")
    deliver(office.mailbox.pk)
    assert office.sent_folder() == [mail.message_id_header]
    assert OutgoingMail.objects.get().sent_copy == SentCopy.DONE


@pytest.mark.rule("M20")
def test_the_earliest_goes_first_and_the_later_wait(office: Office, queue: Queue) -> None:
    now = timezone.now()
    later = queue(mailbox_id=office.mailbox.pk, send_at=now + timedelta(hours=1))
    second = queue(mailbox_id=office.mailbox.pk)
    first = queue(mailbox_id=office.mailbox.pk)
    OutgoingMail.objects.filter(pk=first.pk).update(due_at=now - timedelta(minutes=5))
    deliver(office.mailbox.pk)
    assert office.sink_ids() == [first.message_id_header, second.message_id_header]
    assert OutgoingMail.objects.get(pk=later.pk).state == State.QUEUED


def test_a_send_only_mailbox_has_no_copy(office: Office, queue: Queue) -> None:
    office.mailbox.imap_host = ""
    office.mailbox.save()
    mail = queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.sent_copy, mail.sent_check_at) == (State.SENT, SentCopy.NONE, None)
    assert mail.message_id is not None
    assert parse_message(office.sink.letters[0].raw).message_id == mail.message_id_header


def test_the_sweep_finds_the_mailboxes_with_work(office: Office, queue: Queue) -> None:
    place = (current_account_id(), office.mailbox.pk)
    assert place not in list_mailboxes_with_work()
    queue(mailbox_id=office.mailbox.pk)
    queue(mailbox_id=office.mailbox.pk)
    assert list_mailboxes_with_work().count(place) == 1
    deliver(office.mailbox.pk)
    assert place not in list_mailboxes_with_work()
