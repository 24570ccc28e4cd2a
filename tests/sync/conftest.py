"""A mailbox whose server lives in memory, and visits to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from mailkit.imap_session import ImapSession
from sync.history import load_older
from sync.mailbox_sync import Next, sync_mailbox
from tests.conftest import MakeMailbox
from tests.servers.fake_imap import FakeServer
from tests.sync.letters import letter
from threads.models import Folder, FolderEntry, Message

USER = "sales@acme.example"
LONG = 3600.0


@dataclass
class Office:
    """The mailbox under test and its server."""

    server: FakeServer
    mailbox: Mailbox

    def connect(self, mailbox: Mailbox) -> ImapSession:
        return self.server.open(USER)

    def deliver(
        self, number: int, folder: str = "INBOX", *, received_at: datetime | None = None, flags: str = ""
    ) -> int:
        return self.server.deliver(USER, letter(number), folder, received_at=received_at, flags=flags)

    def visit(self, *, seconds: float = LONG) -> bool:
        """One run; True when there is new mail left. Whatever a failure put off is due at once."""
        Mailbox.objects.filter(pk=self.mailbox.pk).update(next_sync_at=timezone.now())
        lease = leases.claim(self.mailbox.pk)
        assert lease is not None
        self.server.calls.clear()
        then = sync_mailbox(lease, deadline=time.monotonic() + seconds, connect=self.connect)
        self.mailbox.refresh_from_db()
        return then is Next.IMPORT

    def load_older(self, *, seconds: float = LONG) -> bool:
        """One run for older mail; True when there is more."""
        lease = leases.claim(self.mailbox.pk, sets_next_time=False)
        assert lease is not None
        self.server.calls.clear()
        has_more = load_older(lease, deadline=time.monotonic() + seconds, connect=self.connect)
        self.mailbox.refresh_from_db()
        return has_more

    def break_down(self) -> None:
        """As if the worker that holds the lease had died, and the lease had run out."""
        Mailbox.objects.filter(pk=self.mailbox.pk).update(lease_until=timezone.now() - timedelta(hours=1))

    @property
    def subjects(self) -> list[str]:
        return sorted(Message.objects.filter(mailbox=self.mailbox).values_list("subject", flat=True))

    def folder(self, role: str = Folder.Role.INBOX) -> Folder:
        return Folder.objects.get(mailbox=self.mailbox, role=role)

    def outcomes(self, role: str = Folder.Role.INBOX) -> dict[int, str]:
        """The ledger of the folder's epoch."""
        folder = self.folder(role)
        entries = FolderEntry.objects.filter(folder=folder, generation=folder.generation)
        return dict(entries.order_by("uid").values_list("uid", "outcome"))

    def commands(self) -> list[str]:
        """What the last visit asked of the server."""
        return [method for method, *_ in self.server.calls]


@pytest.fixture
def office(alice: Membership, make_mailbox: MakeMailbox, fake_server: FakeServer) -> Iterator[Office]:
    """Connected just now: nothing is imported yet."""
    mailbox = make_mailbox(USER, account_of=alice)
    fake_server.folders(USER)
    with tenant(alice.account_id):
        yield Office(fake_server, mailbox)


@pytest.fixture
def settled_office(office: Office) -> Office:
    """Imported: three letters in the Inbox, one in Sent."""
    for number in (1, 2, 3):
        office.deliver(number, received_at=datetime.now(UTC))
    office.deliver(100, "Sent")
    assert office.visit() is False
    return office
