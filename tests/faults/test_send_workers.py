"""Eight workers and a thousand letters: each is delivered once, recorded once, filed once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import current_account_id, tenant
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.mime_reader import parse_message
from mailkit.types import Secret
from outbox.delivery import deliver, list_mailboxes_with_work
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.services import LetterRequest, queue_letter
from tests.conftest import MakeMailbox
from tests.servers.smtp_sink import SmtpSink
from threads.models import Message

WORKERS, MAILBOXES, LETTERS = 8, 8, 1000


def work(account_id: int, first: int) -> None:
    """As a worker is woken: for one mailbox with work after the other, while there is any."""
    try:
        with tenant(account_id):
            while boxes := [mailbox_id for _account, mailbox_id in list_mailboxes_with_work()]:
                deliver(boxes[first % len(boxes)])
    finally:
        connections.close_all()


@pytest.mark.rule("G04", "K14")
def test_eight_workers_deliver_a_thousand_letters_once_each(
    transactional_db: None, alice: Membership, make_mailbox: MakeMailbox, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.SEND_PER_SECOND = 0
    boxes = [make_mailbox(f"box{number}@acme.example", owner=alice) for number in range(MAILBOXES)]
    with tenant(alice.account_id):
        Mailbox.objects.update(
            imap_host="", smtp_port=smtp_sink.port, smtp_security="none", smtp_username=smtp_sink.user
        )
        for box in boxes:
            store_secret(box, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
        for number in range(LETTERS):
            to, box = f"ann{number}@client.example", boxes[number % MAILBOXES]
            queue_letter(alice, LetterRequest(mailbox_id=box.pk, to=[to], subject=f"No. {number}", undo_seconds=60))
        OutgoingMail.objects.update(due_at=timezone.now())
        with ThreadPoolExecutor(WORKERS) as pool:
            for turn in [pool.submit(work, current_account_id(), first) for first in range(WORKERS)]:
                turn.result()
        delivered = Counter(parse_message(letter.raw).message_id for letter in smtp_sink.letters)
        assert delivered == Counter(OutgoingMail.objects.values_list("message_id_header", flat=True))
        assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("sent", 1)}
        assert set(OutgoingRecipient.objects.values_list("state", flat=True)) == {"accepted"}
        assert Message.objects.count() == LETTERS
