"""What happens on a server makes its mailbox due and starts a visit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone
from kombu import Queue

from accounts.models import Membership
from accounts.tenancy import every_account, tenant
from crm_mail.celery import app
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.watcher.waking import mark_due
from tests.conftest import MakeMailbox
from tests.flows.waiting import eventually
from tests.watcher.conftest import LATER, MakeWatched, Watch
from tests.watcher.idle_server import IdleServer


@contextmanager
def sync_queue() -> Iterator[Queue]:
    """The queue of the visits; nobody works on it here."""
    with app.connection_for_write() as broker:
        queue = Queue("sync")(broker.default_channel)
        queue.declare()
        queue.purge()
        yield queue
        queue.purge()


@pytest.mark.rule("A06")
@pytest.mark.parametrize("line", ["4 EXISTS", "2 EXPUNGE", "2 FETCH (FLAGS (\\Seen))"])
def test_news_make_the_mailbox_due_and_start_a_visit(
    watching: Watch, watched: MakeWatched, idle_server: IdleServer, line: str
) -> None:
    mailbox = watched(idle_server, "anna")
    with sync_queue() as queue, watching() as office:
        idle_server.wait_for("anna")
        office.waits_for_wake(mailbox)  # letters may have come before anyone listened
        eventually(lambda: queue.get(no_ack=True), timeout=20)
        idle_server.say("anna", line)
        office.waits_for_wake(mailbox)
        message = eventually(lambda: queue.get(no_ack=True), timeout=20)
        assert message is not None
        assert message.headers["task"] == "sync.tasks.sync_now"
        assert message.decode()[0] == [mailbox.account_id, mailbox.pk]


@pytest.mark.rule("A06")
def test_mailboxes_of_every_account_are_watched(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer, alice: Membership, charlie: Membership
) -> None:
    ours = watched(plain_server, "anna")
    theirs = watched(plain_server, "gert", member=charlie)
    with watching() as office:
        for mailbox in (ours, theirs):
            plain_server.wait_for(mailbox.imap_username)
            office.waits_for_wake(mailbox)
        plain_server.say("gert", "4 EXISTS")
        office.waits_for_wake(theirs)
        assert not office.is_due(ours)


def test_many_things_at_once_are_one_visit(watching: Watch, watched: MakeWatched, plain_server: IdleServer) -> None:
    mailbox = watched(plain_server, "anna")
    with sync_queue() as queue, watching() as office:
        plain_server.wait_for("anna")
        office.waits_for_wake(mailbox)
        eventually(lambda: queue.get(no_ack=True), timeout=20)
        plain_server.say("anna", *(f"{number} EXISTS" for number in range(4, 200)))
        office.waits_for_wake(mailbox)
        eventually(lambda: queue.get(no_ack=True), timeout=20)
        assert queue.get(no_ack=True) is None


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Not due for an hour, no server behind it."""
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    change(mailbox, next_sync_at=timezone.now() + LATER)
    return mailbox


def change(mailbox: Mailbox, **values: object) -> None:
    with tenant(mailbox.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(**values)


def is_marked(mailbox: Mailbox, *, reached_again: bool = False) -> bool:
    marked = mark_due([mailbox.pk], reached_again=[mailbox.pk] if reached_again else [])
    return [woken.mailbox_id for woken in marked.woken] == [mailbox.pk]


def test_a_visit_that_goes_on_keeps_its_lease(mailbox: Mailbox) -> None:
    with tenant(mailbox.account_id):
        lease = leases.claim(mailbox.pk)
        assert lease is not None
    assert is_marked(mailbox)
    assert leases.claim_due(10) == []
    with tenant(mailbox.account_id):
        leases.renew(lease)
        assert Mailbox.objects.get(pk=mailbox.pk).lease_token == lease.token


def test_what_needs_a_sign_in_is_not_woken(mailbox: Mailbox) -> None:
    change(mailbox, next_sync_at=None, failure_count=2)
    assert not is_marked(mailbox, reached_again=True)


@pytest.mark.parametrize(
    ("error_code", "on_news", "when_reached_again"), [("no_connection", False, True), ("throttled", False, False)]
)
def test_what_a_fault_put_off_stays_put_off(
    mailbox: Mailbox, error_code: str, on_news: bool, when_reached_again: bool
) -> None:
    change(mailbox, failure_count=3, error_code=error_code, next_sync_at=timezone.now() + timedelta(minutes=30))
    assert is_marked(mailbox) is on_news
    assert is_marked(mailbox, reached_again=True) is when_reached_again
    with every_account("test"):
        assert Mailbox.objects.filter(next_sync_at__lte=timezone.now()).exists() is when_reached_again
