"""What the outbox keeps of a sent letter that was deleted for good (K63)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, WebCopy
from outbox.settling import file_letter
from outbox.storage import name_final, read_bytes, store_final
from tests.outbox.conftest import Queue
from tests.threads.builders import file_sent_letter
from threads.models import Message
from threads.purging import purge_mailbox
from threads.services import delete_messages


@pytest.fixture
def sent(alice: Membership, alices: Mailbox, queue: Queue) -> OutgoingMail:
    """Sent and filed; its copy could not be put into Sent yet."""
    mail = queue()
    raw = (
        f"Message-ID: <{mail.message_id_header}>\r\nFrom: alice@acme.example\r\nSubject: Offer\r\n\r\nDear Ann".encode()
    )
    message = file_sent_letter(alices, raw=raw, sent_at=timezone.now())
    now, name = timezone.now(), name_final(alices.pk, mail.pk, None)
    store_final(name, raw)
    sent = OutgoingMail.objects.filter(pk=mail.pk)
    sent.update(state="sent", sent_at=now, sent_check_at=now, message=message, raw_name=name)
    mail.refresh_from_db()
    return mail


def delete_for_good(alice: Membership, mailbox: Mailbox) -> None:
    delete_messages(alice, list(Message.objects.values_list("pk", flat=True)))
    Message.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert purge_mailbox(mailbox.pk, now=timezone.now()) == 1


@pytest.mark.rule("K63")
def test_the_row_stays_and_says_nothing_any_more(
    alice: Membership,
    alices: Mailbox,
    sent: OutgoingMail,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    name = sent.raw_name
    WebCopy.objects.create(mail=sent, subject="Offer", html="<p>Dear Ann</p>", form_fields=[])
    with django_capture_on_commit_callbacks(execute=True):
        delete_for_good(alice, alices)
    sent.refresh_from_db()
    assert (sent.state, sent.message, sent.sent_check_at) == ("sent", None, None)
    assert (sent.subject, sent.text, sent.html, sent.recipients.count()) == ("", "", "", 0)
    assert not default_storage.exists(name)
    assert not WebCopy.objects.exists()


@pytest.mark.rule("K60")
def test_settling_late_does_not_file_it_again(alice: Membership, alices: Mailbox, sent: OutgoingMail) -> None:
    raw = read_bytes(sent.raw_name)
    delete_for_good(alice, alices)
    file_letter(sent, raw)
    assert not Message.objects.exists()
