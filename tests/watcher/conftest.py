"""A server that pushes, and a watcher in a thread with a quick clock."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import trustme
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import every_account, tenant
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.imap_idle import IdleConnection, open_idle
from mailkit.types import Login, Secret
from sync.watcher.pace import Pace
from sync.watcher.watcher import Watcher
from tests.conftest import MakeMailbox
from tests.flows.waiting import eventually
from tests.servers.local import resolve_local
from tests.watcher.idle_server import PASSWORD, IdleServer

QUICK = Pace(look=0.02, roster=0.05, wake=0.05, wake_again=0.1, retry=0.05, database=0.1, per_second=1000)
LATER = timedelta(hours=1)


@pytest.fixture(params=["plain", "tls"])
def idle_server(request: pytest.FixtureRequest, mail_authority: trustme.CA) -> Iterator[IdleServer]:
    """Asked for by tests that must hold on both kinds of connection."""
    with IdleServer(server_tls(mail_authority) if request.param == "tls" else None).running() as server:
        yield server


@pytest.fixture
def plain_server() -> Iterator[IdleServer]:
    with IdleServer().running() as server:
        yield server


def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


OpenIdle = Callable[[IdleServer, str], IdleConnection]


@pytest.fixture
def open_inbox(client_tls: ssl.SSLContext) -> Iterator[OpenIdle]:
    """A connection in IDLE."""
    opened: list[IdleConnection] = []

    def connect(server: IdleServer, user: str = "anna", password: str = PASSWORD) -> IdleConnection:
        connection = open_idle(
            server.address(),
            Login(user, Secret(password)),
            connect_seconds=10,
            read_seconds=10,
            tls=client_tls,
            resolve=resolve_local,
        )
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.hang_up()


MakeWatched = Callable[..., Mailbox]


@pytest.fixture
def watched(alice: Membership, make_mailbox: MakeMailbox) -> MakeWatched:
    """A mailbox on this server, imported, that is not due for an hour."""

    def make(server: IdleServer, user: str, *, member: Membership = alice) -> Mailbox:
        mailbox = make_mailbox(f"{user}@{member.account.slug}.example", account_of=member)
        address = server.address()
        with tenant(member.account_id):
            mailbox.imap_port, mailbox.imap_security, mailbox.imap_username = address.port, address.security, user
            mailbox.imported_at, mailbox.next_sync_at = timezone.now(), timezone.now() + LATER
            mailbox.save()
            store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret(PASSWORD))
        return mailbox

    return make


@dataclass(frozen=True)
class Watching:
    """Mailboxes as the schedule sees them."""

    watcher: Watcher

    def put_off(self, mailbox: Mailbox) -> None:
        """Whatever has woken it so far is forgotten."""
        with every_account("test"):
            Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=timezone.now() + LATER)

    def is_due(self, mailbox: Mailbox) -> bool:
        with every_account("test"):
            next_at: datetime | None = Mailbox.objects.get(pk=mailbox.pk).next_sync_at
        return next_at is not None and next_at <= timezone.now()

    def waits_for_wake(self, mailbox: Mailbox) -> None:
        """Due, and then put off again: ready for the next thing to happen."""
        eventually(lambda: self.is_due(mailbox), timeout=20, because="the mailbox is woken")
        self.put_off(mailbox)


Watch = Callable[..., AbstractContextManager[Watching]]


@pytest.fixture
def watching(transactional_db: None, settings: Settings, mail_ca_file: str) -> Watch:
    """Begin to watch: with `watching() as office`."""
    settings.MAIL_CA_FILE = mail_ca_file

    @contextmanager
    def watch(pace: Pace = QUICK, *, count: int = 1, index: int = 0) -> Iterator[Watching]:
        watcher = Watcher(count=count, index=index, pace=pace)
        thread = threading.Thread(target=watcher.run)
        thread.start()
        try:
            yield Watching(watcher)
        finally:
            watcher.stop()
            thread.join(20)
            assert not thread.is_alive()

    return watch
