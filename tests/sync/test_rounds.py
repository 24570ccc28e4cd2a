"""A round looks at all mailboxes that are due; where nothing happened nothing but the time is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from mailkit.imap_session import ImapSession
from sync import polling
from sync.mailbox_sync import sync_mailbox
from sync.polling import load_mailboxes, look, poll_due
from sync.visit import deadline_from_now
from tests.conftest import MakeMailbox
from tests.servers.fake_imap import FakeServer
from tests.sync.letters import letter
from threads.models import Message

pytestmark = pytest.mark.django_db(transaction=True)  # the threads of a round have connections of their own


class Offices:
    """Imported mailboxes of two accounts on one server."""

    def __init__(self, server: FakeServer, mailboxes: list[Mailbox]) -> None:
        self.server = server
        self.mailboxes = mailboxes

    def connect(self, mailbox: Mailbox) -> ImapSession:
        return self.server.open(mailbox.address)

    def make_due(self) -> None:
        for mailbox in self.mailboxes:
            with tenant(mailbox.account_id):
                Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now() - timedelta(seconds=1))

    def row(self, mailbox: Mailbox) -> Mailbox:
        with tenant(mailbox.account_id):
            return Mailbox.objects.get(pk=mailbox.pk)

    def count(self, mailbox: Mailbox) -> int:
        with tenant(mailbox.account_id):
            return Message.objects.filter(mailbox=mailbox).count()


@pytest.fixture
def offices(alice: Membership, charlie: Membership, make_mailbox: MakeMailbox, fake_server: FakeServer) -> Offices:
    members = {"a@acme.example": alice, "b@acme.example": alice, "c@globex.example": charlie}
    mailboxes = [make_mailbox(address, account_of=member) for address, member in members.items()]
    found = Offices(fake_server, mailboxes)
    for mailbox in mailboxes:
        fake_server.deliver(mailbox.address, letter(1))
        with tenant(mailbox.account_id):
            Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now())
            lease = leases.claim(mailbox.pk)
            assert lease is not None
            sync_mailbox(lease, deadline=deadline_from_now(), connect=found.connect)
    fake_server.calls.clear()
    found.make_due()
    return found


@pytest.mark.rule("A05", "K11")
def test_all_due_mailboxes_are_looked_at_and_given_back(offices: Offices) -> None:
    before = timezone.now()
    assert poll_due(connect=offices.connect) == 3
    rows = [offices.row(mailbox) for mailbox in offices.mailboxes]
    assert all(row.lease_token is None and row.last_synced_at and row.last_synced_at >= before for row in rows)
    assert poll_due(connect=offices.connect) == 0


@pytest.mark.rule("A05")
def test_a_look_that_finds_nothing_asks_the_database_nothing(offices: Offices) -> None:
    [lease, *_] = leases.claim_due(10)
    mailbox = load_mailboxes([lease.mailbox_id])[lease.mailbox_id]
    with CaptureQueriesContext(connections["default"]) as asked:
        found = look(mailbox, lease, offices.connect)
    assert found.then is None
    assert [query["sql"] for query in asked] == []
    assert [name for name, *_ in offices.server.calls] == ["open", "folder_statuses"]


def test_where_something_came_it_is_filed_and_a_broken_one_stops_nobody(offices: Offices) -> None:
    good, broken, other = offices.mailboxes
    offices.server.deliver(good.address, letter(2))
    offices.server.deliver(other.address, letter(2))

    def connect(mailbox: Mailbox) -> ImapSession:
        if mailbox.pk == broken.pk:
            raise ConnectionFailed("cut")
        return offices.connect(mailbox)

    poll_due(connect=connect)
    assert [offices.count(mailbox) for mailbox in offices.mailboxes] == [2, 1, 2]
    assert offices.row(broken).failure_count == 1


def test_a_fault_of_ours_leaves_the_lease_to_run_out(offices: Offices, caplog: pytest.LogCaptureFixture) -> None:
    broken = offices.mailboxes[0]

    def connect(mailbox: Mailbox) -> ImapSession:
        if mailbox.pk == broken.pk:
            raise RuntimeError("a bug")
        return offices.connect(mailbox)

    poll_due(connect=connect)
    assert offices.row(broken).lease_token is not None
    assert "visit broke" in caplog.text
    with tenant(broken.account_id):
        Mailbox.objects.filter(pk=broken.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert poll_due(connect=offices.connect) == 1
    assert offices.row(broken).lease_token is None


@pytest.mark.rule("A06")
def test_what_became_due_during_the_look_is_looked_at_again_at_once(
    offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr("sync.services.start", lambda *task, **_options: started.append(task))
    woken = offices.mailboxes[1]

    def wake(method: str) -> None:
        with tenant(woken.account_id):
            Mailbox.objects.filter(pk=woken.pk).update(next_sync_at=timezone.now())

    offices.server.on_call = wake
    poll_due(connect=offices.connect)
    assert started == [("sync_now", woken.account_id, woken.pk)]


def test_one_process_makes_one_round_at_a_time(offices: Offices) -> None:
    with polling._one_round:
        assert poll_due(connect=offices.connect) == 0


def test_much_new_mail_is_left_to_a_worker_that_computes(offices: Offices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.folder_sync.HEAVY_LETTERS", 2)
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr("sync.services.start", lambda *task, **_options: started.append(task))
    busy = offices.mailboxes[2]
    for number in range(10, 13):
        offices.server.deliver(busy.address, letter(number))
    poll_due(connect=offices.connect)
    assert started == [("import_mailbox", busy.account_id, busy.pk)]
    assert offices.count(busy) == 1
    assert offices.row(busy).lease_token is None
