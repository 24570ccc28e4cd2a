"""The broker forgets everything while letters go out: the queue is rows, so all of them are delivered, each once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from crm_mail.embedded.valkey import Valkey
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.mime_reader import parse_message
from mailkit.types import Secret
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from tests.conftest import MakeMailbox
from tests.faults.test_broker_lost import Processes, broker, processes, restart
from tests.flows.waiting import eventually
from tests.servers.smtp_sink import SmtpSink

__all__ = ["broker", "processes"]  # fixtures
pytestmark = [pytest.mark.flow]
MAILBOXES, LETTERS = 3, 60


@pytest.mark.rule("G04")
@pytest.mark.usefixtures("transactional_db")
def test_all_letters_go_out_once_whatever_the_broker_forgets(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, broker: Valkey, alice: Membership,
    make_mailbox: MakeMailbox, smtp_sink: SmtpSink,
) -> None:  # fmt: skip
    monkeypatch.setenv("SEND_PER_SECOND", "5")
    boxes = [make_mailbox(f"box{number}@acme.example", owner=alice) for number in range(MAILBOXES)]
    processes: Processes = request.getfixturevalue("processes")
    with tenant(alice.account_id):
        Mailbox.objects.update(
            imap_host="",
            next_sync_at=None,
            smtp_port=smtp_sink.port,
            smtp_security="none",
            smtp_username=smtp_sink.user,
        )
        for box in boxes:
            store_secret(box, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
        for number in range(LETTERS):
            box = boxes[number % MAILBOXES]
            queue_letter(
                alice, LetterRequest(mailbox_id=box.pk, to=["ann@client.example"], subject="x", undo_seconds=60)
            )
        OutgoingMail.objects.update(due_at=timezone.now())

        def have_gone(count: int) -> bool:
            processes.revive()
            return OutgoingMail.objects.filter(state="sent").count() >= count

        eventually(lambda: have_gone(10), because="the first letters")
        client = redis.Redis.from_url(broker.url)
        client.flushall()
        client.close()
        eventually(lambda: have_gone(25), because="letters after the flush")
        restart(broker)
        eventually(lambda: have_gone(LETTERS), because="all letters", timeout=90)
        delivered = Counter(parse_message(letter.raw).message_id for letter in smtp_sink.letters)
        assert delivered == Counter(OutgoingMail.objects.values_list("message_id_header", flat=True))
        assert not OutgoingMail.objects.filter(lease_until__gt=timezone.now() + timedelta(minutes=5)).exists()
