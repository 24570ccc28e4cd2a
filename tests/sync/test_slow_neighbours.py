"""One slow server, or one mailbox with much to do, costs the others of a round nothing."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from mailkit.imap_session import ImapSession
from sync.mailbox_sync import sync_mailbox
from sync.polling import poll_due
from sync.visit import deadline_from_now
from tests.conftest import MakeMailbox
from tests.servers.fake_imap import FakeServer
from tests.sync.letters import letter

pytestmark = pytest.mark.django_db(transaction=True)  # the threads of a round have connections of their own
MOST_ROUNDS = 200


@pytest.fixture
def pair(alice: Membership, make_mailbox: MakeMailbox, fake_server: FakeServer) -> list[Mailbox]:
    """Two imported mailboxes that are due."""
    mailboxes = [make_mailbox(address, account_of=alice) for address in ("slow@acme.example", "quick@acme.example")]
    for mailbox in mailboxes:
        with tenant(mailbox.account_id):
            Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now())
            lease = leases.claim(mailbox.pk)
            assert lease is not None
            sync_mailbox(lease, deadline=deadline_from_now(), connect=lambda box: fake_server.open(box.address))
            Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now() - timedelta(seconds=1))
    return mailboxes


def row(mailbox: Mailbox) -> Mailbox:
    with tenant(mailbox.account_id):
        return Mailbox.objects.get(pk=mailbox.pk)


@pytest.mark.rule("A06")
def test_who_is_done_is_given_back_and_looked_at_again_while_another_takes_long(
    pair: list[Mailbox], fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.polling.TICK_SECONDS", 0.01)
    slow, quick = pair
    looks: list[bool] = []  # at each look at the quick one: whether it had been given back
    over = Event()

    def connect(mailbox: Mailbox) -> ImapSession:
        if mailbox.pk == slow.pk:
            assert over.wait(30)
        else:
            looks.append(len(looks) == 0 or row(quick).last_synced_at is not None)
            with tenant(mailbox.account_id):
                Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now())
            if len(looks) == 3:
                over.set()
        return fake_server.open(mailbox.address)

    monkeypatch.setattr("sync.services.start", lambda *task, **_options: None)
    poll_due(connect=connect, seconds=0.0)
    assert looks[:3] == [True, True, True]  # the slow one needs a moment to end: there may be one more
    assert row(quick).crash_count == 0


@pytest.mark.rule("A05")
def test_much_new_mail_is_not_looked_at_again_until_somebody_had_time_to_fetch_it(
    pair: list[Mailbox], fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.folder_sync.HEAVY_LETTERS", 1)
    monkeypatch.setattr("sync.polling.AT_ONCE", 1)
    started: list[str] = []
    monkeypatch.setattr("sync.services.start", lambda task, *_ids, **_options: started.append(task))
    for number in (1, 2, 3):
        fake_server.deliver("slow@acme.example", letter(number))
    looks: list[int] = []

    def connect(mailbox: Mailbox) -> ImapSession:
        looks.append(mailbox.pk)
        assert len(looks) < MOST_ROUNDS
        return fake_server.open(mailbox.address)

    poll_due(connect=connect)
    assert sorted(looks) == sorted(mailbox.pk for mailbox in pair)
    assert started == ["import_mailbox"]
    assert row(pair[0]).next_sync_at <= timezone.now() + timedelta(minutes=1)  # type: ignore[operator]  # it has a time
