"""Sending 1,000 letters of 10 KB, with all their states in the database, against smtplib that only sends them."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

from django.test import override_settings
from django.utils import timezone

from accounts.tenancy import tenant
from bench import product
from bench.mail_sink import PASSWORD, USER, MailSink
from bench.measuring import Samples, interleave
from bench.stage import Stage
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter

LETTER_BYTES = 10_000
PARAGRAPH = "Thank you for your time on the phone this morning; the offer that we spoke about stands below.\r\n"
TEXT = PARAGRAPH * (LETTER_BYTES // len(PARAGRAPH))


def send(stage: Stage) -> Iterator[Samples]:
    count = stage.number(1000)
    with MailSink() as sink, override_settings(SEND_PER_SECOND=0, DAILY_WARN=0, DAILY_LIMIT=0):
        ours, theirs = interleave(
            lambda: _ours(sink, count), lambda: _theirs(sink, count), repetitions=stage.repetitions(5)
        )
        if sink.letter_count != 2 * count * len(ours):
            raise RuntimeError(f"{sink.letter_count} letters arrived")
    yield Samples("send", ours, theirs, {"letters": count})


def _ours(sink: MailSink, count: int) -> float:
    """Queued before: measured is what a worker does, filing in the CRM included."""
    product.clear_everything()
    account_id = product.new_account("send", with_contacts=False)
    with tenant(account_id):
        member = product.only_member()
        mailbox = Mailbox.objects.create(
            address="alice@bench.example", address_key="alice@bench.example", kind=Mailbox.Kind.PERSONAL, owner=member,
            smtp_host="localhost", smtp_port=sink.port, smtp_security=Mailbox.Security.NONE, smtp_username=USER,
            state=Mailbox.State.SYNCED,
        )  # fmt: skip
        store_secret(mailbox, Credential.Field.SMTP_PASSWORD, Secret(PASSWORD))
        for number in range(count):
            to = [f"client{number}@client.example"]
            subject = f"Offer {number}"
            queue_letter(member, LetterRequest(mailbox.pk, to=to, subject=subject, text=TEXT, undo_seconds=60))
        OutgoingMail.objects.update(due_at=timezone.now())
        product.vacuum()
        began = time.perf_counter()
        while deliver(mailbox.pk):
            pass
        took = time.perf_counter() - began
        if OutgoingMail.objects.exclude(state="sent").exists():
            raise RuntimeError("not all letters were sent")
    return took


def _theirs(sink: MailSink, count: int) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("localhost", sink.port) as client:
        client.login(USER, PASSWORD)
        for number in range(count):
            letter = EmailMessage()
            letter["From"] = "Alice <alice@bench.example>"
            letter["To"] = f"client{number}@client.example"
            letter["Subject"] = f"Offer {number}"
            letter["Date"] = datetime.now(UTC)
            letter["Message-ID"] = f"<{number}.{time.time_ns()}@bench.example>"
            letter.set_content(TEXT)
            client.send_message(letter)
    return time.perf_counter() - began
