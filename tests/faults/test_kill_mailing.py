"""kill -9 of all workers in the middle of a mailing of 1,000, again and again, and a broker that forgets everything:
everybody gets one letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact, ContactEmail
from crm_mail.embedded.valkey import Valkey
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.mime_reader import parse_message
from mailkit.types import Secret
from outbox.mailing_recipients import Selection
from outbox.mailing_running import start_mailing
from outbox.mailings import MailingValues, create_mailing
from outbox.models import Mailing, OutgoingMail
from tests.conftest import MakeMailbox
from tests.faults.celery_workers import Workers
from tests.faults.test_broker_lost import broker
from tests.flows.conftest import QUEUES
from tests.flows.waiting import eventually
from tests.servers.smtp_sink import SmtpSink

__all__ = ["broker"]  # a fixture
pytestmark = [pytest.mark.flow]
WORKERS, LETTERS, KILLED_AT = 4, 1000, (100, 400, 700)


@pytest.fixture
def workers(transactional_db: None, broker: Valkey, tmp_path: Path) -> Iterator[Workers]:
    """As fast as they can."""
    workers = Workers(broker, tmp_path, QUEUES, {"SEND_PER_SECOND": "0", "DAILY_WARN": "0"})
    with workers.beating():
        yield workers


def make_people() -> None:
    people = Contact.objects.bulk_create(Contact(name=f"Person {number:04}") for number in range(LETTERS))
    ContactEmail.objects.bulk_create(
        ContactEmail(contact=one, email=f"p{number}@client.example", email_key=f"p{number}@client.example")
        for number, one in enumerate(people)
    )


def let_leases_run_out() -> None:
    """Of the dead."""
    past = timezone.now() - timedelta(seconds=1)
    OutgoingMail.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Mailing.objects.filter(lease_until__isnull=False).update(lease_until=past)


def have_gone(count: int) -> bool:
    return OutgoingMail.objects.filter(state="sent").count() >= count


@pytest.mark.rule("G04", "M20", "M92")
def test_everybody_gets_one_letter_whenever_all_workers_die(
    workers: Workers, alice: Membership, make_mailbox: MakeMailbox, smtp_sink: SmtpSink
) -> None:
    box = make_mailbox("news@acme.example", owner=alice)
    with tenant(alice.account_id):
        Mailbox.objects.filter(pk=box.pk).update(
            imap_host="",
            next_sync_at=None,
            smtp_port=smtp_sink.port,
            smtp_security="none",
            smtp_username=smtp_sink.user,
        )
        store_secret(box, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
        make_people()
        values = MailingValues("News", mailbox_id=box.pk, subject="News", format="text", body="Hello {{contact.name}}")
        mailing = create_mailing(alice, Selection("contact", query=""), values)
        start_mailing(alice, mailing.pk, is_confirmed=True)
        workers.start(*[""] * WORKERS)
        for count in KILLED_AT:
            eventually(lambda: have_gone(count), because=f"{count} letters", timeout=120)  # noqa: B023
            workers.kill_all()
            let_leases_run_out()
            workers.start(*[""] * WORKERS)
        eventually(lambda: Mailing.objects.get().state == "done", because="the end", timeout=240)
        delivered = Counter(parse_message(letter.raw).to[0].email for letter in smtp_sink.letters)
        assert not [address for address, count in delivered.items() if count > 1]
        states = Counter(OutgoingMail.objects.values_list("state", flat=True))
        # Where a worker died after the server had said 354, nobody can tell whether that one letter was sent.
        assert set(states) <= {"sent", "unknown"}
        assert states["unknown"] <= len(KILLED_AT)
        assert states.total() == LETTERS == mailing.recipients.filter(state="queued").count()
        assert len(delivered) >= states["sent"]
