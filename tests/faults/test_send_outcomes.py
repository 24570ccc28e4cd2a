"""The server's last answer is cut at every byte, with the whole delivery behind it: sent or unknown, never doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.mime_reader import parse_message
from mailkit.types import Secret
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from outbox.states import State
from tests.conftest import MakeMailbox
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import cut_after
from tests.servers.smtp_sink import SmtpSink

FINAL_REPLY = b"250 2.0.0 kept\r\n"
GOODBYE = b"221 Bye\r\n"


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox, smtp_sink: SmtpSink, settings: Settings) -> Iterator[Mailbox]:
    """It only sends: nowhere to look the outcome up."""
    settings.SEND_PER_SECOND = 0
    box = make_mailbox("alice@acme.example", owner=alice)
    box.imap_host, box.smtp_security, box.smtp_username = "", "none", smtp_sink.user
    with tenant(alice.account_id):
        box.save()
        store_secret(box, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
        yield box


def send_one(member: Membership, mailbox: Mailbox) -> OutgoingMail:
    request = LetterRequest(mailbox_id=mailbox.pk, to=["ann@client.example"], subject="Offer", text="Here it is.")
    mail = queue_letter(member, request)
    for _ in range(3):
        OutgoingMail.objects.filter(state=State.RETRY).update(due_at=timezone.now())
        deliver(mailbox.pk)
    mail.refresh_from_db()
    return mail


@pytest.mark.rule("G04", "M93")
def test_the_last_answer_cut_at_every_byte(alice: Membership, mailbox: Mailbox, smtp_sink: SmtpSink) -> None:
    with CutProxy(smtp_sink.port).running() as proxy:
        Mailbox.objects.update(smtp_port=proxy.port)
        assert send_one(alice, mailbox).state == State.SENT
        end = proxy.seen[Way.DOWN].index(FINAL_REPLY) + len(FINAL_REPLY)
        outcomes: dict[int, str] = {}
        for offset in range(end - len(FINAL_REPLY) - 3, end + 1):
            proxy.break_next(Way.DOWN, cut_after(offset))
            outcomes[offset - end] = send_one(alice, mailbox).state
    delivered = Counter(parse_message(letter.raw).message_id for letter in smtp_sink.letters)
    assert max(delivered.values()) == 1, "nothing is doubled"
    assert set(outcomes.values()) <= {State.SENT, State.UNKNOWN}
    assert outcomes[0] == State.SENT, "the whole answer came"
    sent = OutgoingMail.objects.filter(state=State.SENT).values_list("message_id_header", flat=True)
    assert set(sent) <= set(delivered), "nothing is lost"
