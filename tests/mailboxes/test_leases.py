"""A mailbox is worked on by one worker at a time, and one that lost it writes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.errors import LeaseLost
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox


@pytest.fixture
def due(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    with tenant(alice.account_id):
        now = timezone.now()
        Mailbox.objects.with_servers().update(next_sync_at=now - timedelta(seconds=1), imported_at=now)
    return mailbox


@pytest.mark.rule("K11", "A06")
def test_a_due_mailbox_is_claimed_once_and_gets_its_next_time(due: Mailbox, charlie: Membership) -> None:
    before = timezone.now()
    [lease] = leases.claim_due(10)
    assert leases.claim_due(10) == []
    assert (lease.account_id, lease.mailbox_id) == (due.account_id, due.pk)
    with tenant(due.account_id):
        due.refresh_from_db()
        assert leases.claim(due.pk) is None
    assert due.next_sync_at is not None
    assert timedelta(minutes=13) < due.next_sync_at - before < timedelta(minutes=15, seconds=5)


def test_claims_reach_over_accounts_up_to_the_limit(
    due: Mailbox, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    theirs = make_mailbox("sales@globex.example", account_of=charlie)
    with tenant(charlie.account_id):
        Mailbox.objects.with_servers().update(next_sync_at=timezone.now(), imported_at=timezone.now())
    assert [lease.mailbox_id for lease in leases.claim_due(1)] == [due.pk]
    assert [lease.mailbox_id for lease in leases.claim_due(1)] == [theirs.pk]


def test_a_dead_workers_mailbox_is_taken_over_and_the_dead_one_fenced_off(due: Mailbox) -> None:
    with tenant(due.account_id):
        first = leases.claim(due.pk)
        assert first is not None
        Mailbox.objects.with_servers().update(lease_until=timezone.now() - timedelta(seconds=1))
        second = leases.claim(due.pk)
        assert second is not None
        for use in (leases.renew, leases.release):
            with pytest.raises(LeaseLost):
                use(first)
        with pytest.raises(LeaseLost), transaction.atomic():
            leases.hold(first)
        with transaction.atomic():
            assert leases.hold(second) == due
        leases.release(second)
        assert leases.claim(due.pk) is not None


def test_what_is_not_to_be_synced_is_not_claimed(due: Mailbox) -> None:
    with tenant(due.account_id):
        Mailbox.objects.with_servers().update(next_sync_at=None)
        assert leases.claim(due.pk) is None
    assert leases.claim_due(10) == []
