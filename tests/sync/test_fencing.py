"""Two workers never write for one mailbox, and nobody sees another account's rows."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import Next, sync_mailbox
from tests.row_versions import row_versions
from tests.sync.conftest import LONG, Office
from threads.models import Message


def test_a_worker_whose_lease_was_taken_writes_nothing(settled_office: Office) -> None:
    settled_office.deliver(4)
    slow = leases.claim(settled_office.mailbox.pk)
    assert slow is not None

    def take_over(method: str) -> None:
        if method == "fetch_messages":
            Mailbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1), next_sync_at=timezone.now())
            assert leases.claim(settled_office.mailbox.pk) is not None

    settled_office.server.on_call = take_over
    before = row_versions()
    assert sync_mailbox(slow, deadline=LONG, connect=settled_office.connect) is Next.NOTHING
    assert row_versions() == before


def test_the_scope_is_the_accounts(settled_office: Office, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        assert Message.objects.count() == 0
