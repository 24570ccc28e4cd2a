"""The story of a mailbox: connected, imported, polled, tidied up here and there. All by real processes and servers."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailkit.errors import MessageGone
from sync.attachments import open_attachment
from sync.services import request_sync
from tests.flows.people import connect
from tests.flows.waiting import eventually
from tests.row_versions import row_versions
from tests.servers.dovecot import DovecotServer
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink
from tests.sync.letters import letter
from threads.models import Message
from threads.services import delete_messages

pytestmark = pytest.mark.flow

COUNT = 620
PDF = b"%PDF-1.4 not really" * 500


def age_of(number: int) -> timedelta:
    """Letters 0 to 619 are ever older, up to 40 days; more than 500 are of the last 30."""
    return timedelta(days=40 * (number / COUNT) ** 1.5, minutes=1)


def fill(server: DovecotServer, user: str) -> None:
    """Every fifth letter lies in Sent. One connection: a server forks for each."""
    now = datetime.now(UTC)
    with server.connect(user) as client:
        for number in reversed(range(COUNT)):
            folder = "Sent" if number % 5 == 0 else "INBOX"
            when = imaplib.Time2Internaldate(now - age_of(number))
            answer = client.append(folder, "", when, letter(number))
            assert answer[0] == "OK"


def flags_on_server(server: DovecotServer, user: str) -> set[bytes]:
    with server.connect(user) as client:
        client.select("INBOX", readonly=True)
        _kind, lines = client.fetch("1:*", "(FLAGS)")
    return {line for line in lines if isinstance(line, bytes) and b"Seen" in line}


@contextmanager
def inside(member: Membership) -> Iterator[None]:
    with tenant(member.account_id):
        yield


def is_state(mailbox: Mailbox, state: str) -> bool:
    mailbox.refresh_from_db()
    return mailbox.state == state


def sync(mailbox: Mailbox) -> None:
    """ "Sync now", and wait until it is done."""
    mailbox.refresh_from_db()
    before = mailbox.last_synced_at
    request_sync(mailbox)

    def is_done() -> bool:
        mailbox.refresh_from_db()
        return mailbox.last_synced_at != before and mailbox.lease_token is None

    eventually(is_done)


@pytest.mark.dovecot
@pytest.mark.rule("K09", "K10", "K13", "K31")
def test_a_large_mailbox_is_imported_and_kept_up_to_date(
    real_worker: Path, alice: Membership, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    user = dovecot.new_user()
    fill(dovecot, user)
    with inside(alice):
        mailbox = connect(alice, dovecot, user, smtp_sink)
        eventually(lambda: is_state(mailbox, Mailbox.State.SYNCED))
        assert (mailbox.import_total, mailbox.import_done, mailbox.import_older) == (500, 500, 120)
        newest = {f"Order {number}" for number in range(500)}
        assert set(Message.objects.values_list("subject", flat=True)) == newest
        assert Message.objects.count() == 500
        dovecot.deliver(user, letter(1000))
        sync(mailbox)
        assert Message.objects.count() == 501
        before = row_versions()
        sync(mailbox)
        assert row_versions() == before
    assert flags_on_server(dovecot, user) == set()


@pytest.mark.dovecot
@pytest.mark.rule("K60", "K61", "K62", "G06")
def test_deletions_here_and_there_stay_where_they_are(
    real_worker: Path, alice: Membership, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    user = dovecot.new_user()
    for number in (1, 2):
        dovecot.deliver(user, letter(number))
    dovecot.deliver(user, letter(3, files={"offer.pdf": PDF}))
    with inside(alice):
        mailbox = connect(alice, dovecot, user, smtp_sink)
        eventually(lambda: is_state(mailbox, Mailbox.State.SYNCED))
        delete_messages(alice, [Message.objects.get(subject="Order 1").pk])
        with_file = Message.objects.get(subject="Order 3")
        [attachment] = with_file.attachments.all()
        assert open_attachment(attachment).content == PDF
        dovecot.expunge(user, 3)
        with pytest.raises(MessageGone):
            open_attachment(attachment)
        eventually(lambda: not Message.objects.get(pk=with_file.pk).on_server)
        sync(mailbox)
        assert Message.objects.get(subject="Order 1").deleted_at is not None
        assert Message.objects.get(subject="Order 3").deleted_at is None
        assert Message.objects.count() == 3
    assert flags_on_server(dovecot, user) == set()


@pytest.mark.rule("K11")
def test_a_poor_server_is_polled_by_the_clock(
    real_worker: Path, alice: Membership, pymap_server: PymapServer, smtp_sink: SmtpSink
) -> None:
    """pymap has neither SPECIAL-USE nor CONDSTORE. Nobody asks: the clock does."""
    user = pymap_server.new_user()
    for number in range(30):
        pymap_server.deliver(user, letter(number), "Sent" if number % 3 == 0 else "INBOX")
    with inside(alice):
        mailbox = connect(alice, pymap_server, user, smtp_sink)
        eventually(lambda: is_state(mailbox, Mailbox.State.SYNCED))
        assert Message.objects.count() == 30
        pymap_server.deliver(user, letter(1000))
        Mailbox.objects.update(next_sync_at=datetime.now(UTC))
        eventually(lambda: Message.objects.count() == 31)
