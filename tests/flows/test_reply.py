"""The story of an answer: a letter comes, is answered, goes out, lies once in Sent and once here, in its thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.connections import imap_session
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter, reply_defaults
from sync.services import request_sync
from tests.flows.people import connect
from tests.flows.waiting import eventually
from tests.servers.dovecot import DovecotServer
from tests.servers.smtp_sink import SmtpSink
from tests.threads.builders import Mail
from threads.access import get_message_for
from threads.models import Message

pytestmark = [pytest.mark.flow, pytest.mark.dovecot]


def answer(member: Membership, *, undo_seconds: int = 0) -> OutgoingMail:
    """As the compose dialog does it: what reply_defaults offers, with some words before."""
    received = get_message_for(member, Message.objects.get(direction="incoming").pk)
    defaults = reply_defaults(member, received)
    request = LetterRequest(
        mailbox_id=defaults.mailbox.pk,
        to=[f"{person.name} <{person.email}>" for person in defaults.to],
        subject=defaults.subject,
        html=f"<p>Yes, gladly.</p>{defaults.quoted_html}",
        reply_to_message_id=received.pk,
        undo_seconds=undo_seconds,
    )
    return queue_letter(member, request)


def is_settled(mail: OutgoingMail) -> bool:
    mail.refresh_from_db()
    return (mail.state, mail.sent_copy) == ("sent", "done")


def sync(mailbox: Mailbox) -> None:
    mailbox.refresh_from_db()
    before = mailbox.last_synced_at
    request_sync(mailbox)

    def is_done() -> bool:
        mailbox.refresh_from_db()
        return mailbox.last_synced_at != before and mailbox.lease_token is None

    eventually(is_done)


def sent_folder(mailbox: Mailbox) -> list[str]:
    with imap_session(mailbox) as session:
        session.examine("Sent")
        return [parse_message(letter.raw).message_id for letter in session.fetch_messages(session.list_uids())]


@pytest.fixture
def mailbox(real_worker: Path, alice: Membership, dovecot: DovecotServer, smtp_sink: SmtpSink) -> Mailbox:
    """Connected, with one letter of a client in it."""
    user = dovecot.new_user()
    dovecot.deliver(user, Mail(subject="Offer", to=user).to_bytes())
    mailbox = connect(alice, dovecot, user, smtp_sink)
    with tenant(alice.account_id):
        eventually(lambda: Mailbox.objects.with_servers().get().state == Mailbox.State.SYNCED)
    return mailbox


@pytest.mark.rule("M20", "M93", "K14", "G01")
def test_an_answer_goes_out_and_lies_once_in_sent_and_once_in_its_thread(
    mailbox: Mailbox, alice: Membership, smtp_sink: SmtpSink
) -> None:
    with tenant(alice.account_id):
        mail = answer(alice)
        eventually(lambda: is_settled(mail))
        assert [letter.recipients for letter in smtp_sink.letters] == [("anna@client.example",)]
        assert sent_folder(mailbox) == [mail.message_id_header]
        sync(mailbox)
        received, sent = Message.objects.order_by("received_at")
        assert sent == mail.message
        assert sent.thread == received.thread == mail.thread
        assert sent.in_reply_to == received.message_id_header
        assert sent.places.count() == 1
        assert sent_folder(mailbox) == [mail.message_id_header]


@pytest.mark.rule("M20", "G04")
def test_after_the_seconds_of_grace_the_clock_sends_it(
    mailbox: Mailbox, alice: Membership, smtp_sink: SmtpSink
) -> None:
    with tenant(alice.account_id):
        mail = answer(alice, undo_seconds=1)
        assert smtp_sink.letters == []
        eventually(lambda: is_settled(mail))
        assert mail.sent_at is not None
        assert mail.sent_at >= mail.due_at
    assert len(smtp_sink.letters) == 1
