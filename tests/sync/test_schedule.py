"""Due mailboxes are dealt out to tasks; asking for a sync makes one due at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from sync.schedule import LEASES_PER_TASK, claim_batches
from sync.services import request_sync
from tests.conftest import MakeMailbox


def make_due(member: Membership, make_mailbox: MakeMailbox, count: int) -> None:
    for number in range(count):
        make_mailbox(f"box{number}@{member.account.slug}.example", account_of=member)
    with tenant(member.account_id):
        Mailbox.objects.update(next_sync_at=timezone.now() - timedelta(minutes=1))


@pytest.mark.rule("K11")
def test_the_due_mailboxes_of_all_accounts_are_dealt_out_once(
    alice: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    make_due(alice, make_mailbox, LEASES_PER_TASK)
    make_due(charlie, make_mailbox, 3)
    batches = list(claim_batches())
    assert [len(batch) for batch in batches] == [LEASES_PER_TASK, 3]
    assert {lease.account_id for batch in batches for lease in batch} == {alice.account_id, charlie.account_id}
    assert list(claim_batches()) == []


def test_a_mailbox_whose_worker_died_is_due_when_the_lease_has_run_out(
    alice: Membership, make_mailbox: MakeMailbox
) -> None:
    make_due(alice, make_mailbox, 1)
    [[lost]] = claim_batches()
    assert list(claim_batches()) == []
    with tenant(alice.account_id):
        Mailbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    [[again]] = claim_batches()
    assert again.mailbox_id == lost.mailbox_id
    assert again.token != lost.token


@pytest.mark.rule("K11")
def test_sync_now_makes_a_mailbox_due(alice: Membership, make_mailbox: MakeMailbox) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    with tenant(alice.account_id):
        request_sync(mailbox)
        mailbox.refresh_from_db()
    assert mailbox.next_sync_at is not None
    assert mailbox.next_sync_at <= timezone.now()
    assert mailbox.state == Mailbox.State.SYNCING


def test_a_mailbox_that_only_sends_has_nothing_to_sync(alice: Membership, make_mailbox: MakeMailbox) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    mailbox.imap_host = ""
    with tenant(alice.account_id):
        request_sync(mailbox)
        mailbox.refresh_from_db()
    assert mailbox.next_sync_at is None
