"""A mailbox on a real Dovecot, whose visits the tests break in every way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.health import LONGEST_RETRY
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from tests.conftest import MakeMailbox
from tests.faults import visitors as visitor_processes
from tests.faults.cutproxy import CutProxy
from tests.faults.oracle import ServedLetter, assert_agrees, fetch_mailbox
from tests.faults.visiting import visit_until_done
from tests.faults.visitors import Visited, Visitors
from tests.row_versions import row_versions
from tests.servers.dovecot import DovecotServer
from tests.servers.maildir import put_letters
from tests.sync.letters import letter


@dataclass
class Office:
    """A mailbox, its server, and who visits it."""

    mailbox: Mailbox
    server: DovecotServer
    user: str
    storage: Path

    def fill(self, numbers: Iterable[int], folder: str = "INBOX", *, days_ago: float = 0) -> None:
        """Letters of these numbers."""
        when = datetime.now(UTC) - timedelta(days=days_ago)
        put_letters(self.server, self.user, (letter(number) for number in numbers), folder, received_at=when)

    def make_due(self) -> None:
        """Whatever a failure put off, and whoever died with the lease."""
        past = timezone.now() - timedelta(seconds=1)
        due = Mailbox.objects.filter(pk=self.mailbox.pk)
        due.update(next_sync_at=past)
        due.filter(lease_until__isnull=False).update(lease_until=past)

    def visit(self) -> Mailbox:
        """In this process, until nothing is left to do or it fails."""
        self.make_due()
        assert visit_until_done(self.mailbox.pk)
        self.mailbox.refresh_from_db()
        return self.mailbox

    def assert_network_fault(self) -> None:
        """The last visit failed, is tried again soon, and nobody takes it for a wrong password."""
        self.mailbox.refresh_from_db()
        assert (self.mailbox.failure_count, self.mailbox.error_code) == (1, "no_connection")
        assert self.mailbox.state not in (Mailbox.State.NEEDS_LOGIN, Mailbox.State.ERROR)
        assert self.mailbox.lease_token is None
        assert self.mailbox.next_sync_at is not None
        assert timezone.now() < self.mailbox.next_sync_at <= timezone.now() + LONGEST_RETRY

    def visit_elsewhere(self, visitors: Visitors, failpoint: str = "", **settings: object) -> Visited:
        """In another process, which may be killed."""
        self.make_due()
        return visitors.visit(
            account_id=self.mailbox.account_id,
            mailbox_id=self.mailbox.pk,
            storage=str(self.storage),
            failpoint=failpoint,
            **settings,
        )

    def use_port(self, port: int) -> None:
        """By a proxy, or directly."""
        self.mailbox.imap_port = port
        self.mailbox.save(update_fields=["imap_port"])

    def served(self) -> dict[str, dict[int, ServedLetter]]:
        return fetch_mailbox(self.server, self.user)

    def assert_settled(self) -> None:
        """Nothing lost, nothing doubled, and a visit more writes nothing but the schedule."""
        assert_agrees(self.mailbox, self.served())
        self.mailbox.refresh_from_db()
        assert (self.mailbox.state, self.mailbox.failure_count) == (Mailbox.State.SYNCED, 0)
        assert self.mailbox.lease_token is None
        before = row_versions()
        self.visit()
        assert row_versions() == before


MakeOffice = Callable[[], Office]


@pytest.fixture
def make_office(
    alice: Membership, make_mailbox: MakeMailbox, dovecot: DovecotServer, tmp_path: Path
) -> Iterator[MakeOffice]:
    """Connected just now, each with an empty mailbox of its own; the test works in the account's scope."""

    def make() -> Office:
        user = dovecot.new_user()
        mailbox = make_mailbox(user, account_of=alice)
        mailbox.imap_port, mailbox.imap_security = dovecot.port, "none"
        mailbox.state, mailbox.next_sync_at = Mailbox.State.IMPORTING, timezone.now()
        mailbox.save()
        store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret(dovecot.password))
        return Office(mailbox, dovecot, user, tmp_path / "storage")

    with tenant(alice.account_id):
        yield make


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    return make_office()


@pytest.fixture
def proxy(dovecot: DovecotServer) -> Iterator[CutProxy]:
    """In front of Dovecot."""
    with CutProxy(dovecot.port).running() as proxy:
        yield proxy


@pytest.fixture(scope="package")
def visitor_process(django_db_setup: None) -> Iterator[Visitors]:
    with visitor_processes.running() as visitors:
        yield visitors


@pytest.fixture
def visitors(visitor_process: Visitors, transactional_db: None) -> Iterator[Visitors]:
    """Other processes that visit. What they see is committed."""
    yield visitor_process
    visitor_process.dismiss()


@pytest.fixture
def quick_timeouts(settings: Settings) -> None:
    """A server that says nothing is given up after a second."""
    settings.MAIL_READ_SECONDS = 1
