"""Putting a letter into the queue: by whom, from where, when."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from outbox.errors import InvalidRecipient, InvalidSubject, LetterRefused, NoRecipients, TooLarge, UnknownUpload
from outbox.models import OutgoingMail
from outbox.services import store_upload
from outbox.tasks import deliver_mailbox
from tests.outbox.conftest import Queue
from tests.threads.builders import Mail, Post
from threads.errors import MessageNotFound
from threads.models import Message


@pytest.mark.rule("M11")
def test_each_member_sends_from_the_mailboxes_he_sees(
    alice: Membership, bob: Membership, charlie: Membership, alices: Mailbox, sales: Mailbox, queue: Queue
) -> None:
    assert queue(alice).mailbox == alices
    assert queue(bob, mailbox_id=sales.pk).author == bob
    with pytest.raises(MailboxNotFound):
        queue(bob)
    with pytest.raises(MailboxNotFound), tenant(charlie.account_id):
        queue(charlie)
    assert OutgoingMail.objects.count() == 2


def test_a_queued_letter_has_its_message_id_and_both_forms(queue: Queue) -> None:
    mail = queue(text="", html="<p>Dear Ann,</p><script>x</script><p>here it is.</p>", cc=["b@b.example"])
    assert mail.message_id_header.endswith("@acme.example")
    assert mail.html == "<p>Dear Ann,</p><p>here it is.</p>"
    assert mail.text.split() == ["Dear", "Ann,", "here", "it", "is."]
    assert [(row.kind, row.address, row.name) for row in mail.recipients.order_by("position")] == [
        ("to", "ann@client.example", "Ann"),
        ("cc", "b@b.example", ""),
    ]


@pytest.mark.rule("M20", "G04")
def test_it_waits_for_undo_and_for_its_hour(queue: Queue) -> None:
    now = timezone.now()
    tomorrow = now + timedelta(days=1)
    assert queue().due_at < now + timedelta(seconds=5)
    assert now + timedelta(seconds=9) < queue(undo_seconds=10).due_at < now + timedelta(seconds=20)
    assert queue(send_at=tomorrow, undo_seconds=10).due_at == tomorrow


@pytest.mark.rule("G04")
def test_a_time_that_has_passed_is_refused_instead_of_sending_at_once(queue: Queue) -> None:
    with pytest.raises(LetterRefused, match="still to come") as refused:
        queue(send_at=timezone.now() - timedelta(days=1))
    assert refused.value.field == "send_at"
    assert not OutgoingMail.objects.exists()


@pytest.mark.rule("M20")
def test_a_worker_is_woken_at_once_unless_it_has_to_wait(
    queue: Queue, alices: Mailbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def wakes(callbacks: list[object]) -> list[tuple[int, int]]:
        found = [one for one in callbacks if isinstance(one, partial) and one.func == deliver_mailbox.delay]
        return [one.args for one in found]

    with django_capture_on_commit_callbacks() as callbacks:
        queue()
    assert wakes(list(callbacks)) == [(alices.account_id, alices.pk)]
    with django_capture_on_commit_callbacks() as callbacks:
        queue(undo_seconds=10)
    assert wakes(list(callbacks)) == []


@pytest.mark.rule("M94")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"to": []}, NoRecipients),
        ({"to": ["ann"]}, InvalidRecipient),
        ({"subject": "a\r\nBcc: x@y.example"}, InvalidSubject),
        ({"upload_ids": [77]}, UnknownUpload),
        ({"text": "x" * 11}, TooLarge),
        ({"text": "x", "html": "<b>" + "x" * 11}, TooLarge),
    ],
)
def test_what_cannot_be_sent_is_not_stored(
    queue: Queue, settings: Settings, fields: dict[str, object], error: type[LetterRefused]
) -> None:
    settings.BODY_MAX_BYTES = 10
    with pytest.raises(error) as refused:
        queue(**{"text": "short", **fields})
    assert refused.value.message
    assert not OutgoingMail.objects.exists()


@pytest.mark.rule("M16")
def test_files_go_with_the_letter_up_to_a_limit(
    alice: Membership, bob: Membership, queue: Queue, settings: Settings
) -> None:
    settings.ATTACHMENTS_MAX_BYTES = 10
    first, second = (store_upload(alice, SimpleUploadedFile(name, b"123456")) for name in ("1.txt", "2.txt"))
    assert [row.upload for row in queue(upload_ids=[first.pk]).attachments.all()] == [first]
    with pytest.raises(TooLarge) as refused:
        queue(upload_ids=[second.pk, first.pk])
    assert refused.value.field == "upload_ids"
    bobs = store_upload(bob, SimpleUploadedFile("b.txt", b"b"))
    with pytest.raises(UnknownUpload):
        queue(upload_ids=[bobs.pk])


def test_an_answer_knows_its_thread_in_its_own_mailbox_only(queue: Queue, sales: Mailbox, alices: Mailbox) -> None:
    letter = Mail()
    Post(sales).file(letter)
    message = Message.objects.get(message_id_header=letter.message_id)
    same = queue(mailbox_id=sales.pk, reply_to_message_id=message.pk)
    other = queue(mailbox_id=alices.pk, reply_to_message_id=message.pk)
    assert (same.thread_id, other.thread_id) == (message.thread_id, None)
    assert other.reply_to_message_id == message.pk


def test_nobody_answers_a_letter_he_does_not_see(
    alices: Mailbox, sales: Mailbox, bob: Membership, queue: Queue
) -> None:
    letter = Mail(to=alices.address)
    Post(alices).file(letter)
    message = Message.objects.get(message_id_header=letter.message_id)
    with pytest.raises(MessageNotFound):
        queue(bob, mailbox_id=sales.pk, reply_to_message_id=message.pk)
