"""What Celery starts. Leases and ids go in; all state is in PostgreSQL."""

from __future__ import annotations

import uuid

from celery import shared_task

from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.leases import Lease
from sync.mailbox_sync import sync_mailbox
from sync.schedule import claim_batches, sync_in_threads
from sync.visit import deadline_from_now

SentLease = tuple[int, int, str]  # account, mailbox, token


@shared_task
def claim_due_mailboxes() -> None:
    """Each minute."""
    for batch in claim_batches():
        sync_mailboxes.delay([(lease.account_id, lease.mailbox_id, str(lease.token)) for lease in batch])


@shared_task
def sync_mailboxes(sent: list[SentLease]) -> None:
    """Visit mailboxes whose leases were taken for us."""
    batch = [Lease(account_id, mailbox_id, uuid.UUID(token)) for account_id, mailbox_id, token in sent]
    for lease in sync_in_threads(batch, deadline=deadline_from_now()):
        sync_now.delay(lease.account_id, lease.mailbox_id)


@shared_task
def sync_now(account_id: int, mailbox_id: int) -> None:
    """Visit one mailbox, if nobody is there. A long import goes on in another task."""
    with tenant(account_id):
        lease = leases.claim(mailbox_id)
        has_more = lease is not None and sync_mailbox(lease, deadline=deadline_from_now())
    if has_more:
        sync_now.delay(account_id, mailbox_id)
