"""Who got a letter knows its Message-ID, and may write reports about the others it went to."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from outbox import bounces
from outbox.models import OutgoingMail, OutgoingRecipient, Suppression
from outbox.states import State
from tests.outbox.conftest import Queue
from tests.threads.builders import Post, fetched
from threads.models import BounceReport

SAMPLE = Path(__file__).parents[1] / "mails" / "bounces" / "postfix-user-unknown.eml"
KNOWN_ID = b"0198f2aa-7c1d@acme.example"


@pytest.fixture
def mail(sales: Mailbox, queue: Queue) -> OutgoingMail:
    """Cy has it. Ann's server asked to come again."""
    mail = queue(mailbox_id=sales.pk, to=["Ann <Ann@Client.example>", "cy@client.example"])
    mail.recipients.filter(address="cy@client.example").update(state=OutgoingRecipient.State.ACCEPTED)
    OutgoingMail.objects.update(state=State.RETRY, sent_at=timezone.now(), attempts=1)
    raw = SAMPLE.read_bytes().replace(KNOWN_ID, mail.message_id_header.encode())
    Post(sales).file_letters([fetched(1, raw)])
    return mail


def test_who_is_still_waiting_for_the_letter_goes_on_waiting(mail: OutgoingMail) -> None:
    bounces.handle_waiting()
    assert [row.state for row in mail.recipients.all()] == ["waiting", "accepted"]
    assert not Suppression.objects.exists()
    assert not BounceReport.objects.filter(handled_at=None).exists()


def test_a_report_that_is_faster_than_our_own_record_is_read_later(mail: OutgoingMail) -> None:
    OutgoingMail.objects.update(state=State.SENDING, sent_at=None, data_accepted_at=timezone.now())
    assert bounces.handle_waiting() == 0
    mail.recipients.update(state=OutgoingRecipient.State.ACCEPTED)
    OutgoingMail.objects.update(state=State.SENT, sent_at=timezone.now())
    assert bounces.handle_waiting() == 1
    assert [row.state for row in mail.recipients.all()] == ["bounced", "accepted"]
    assert OutgoingMail.objects.get().error_code == "bounced"
