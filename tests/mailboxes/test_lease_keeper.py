"""A visit's lease lives as long as the visit, in any thread, and no longer than a visit may take."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import lease_keeper, leases
from mailboxes.lease_keeper import LeaseKeeper
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.flows.waiting import eventually

STRANGER = Lease(1, 2, uuid.uuid4())


def until(lease: Lease) -> float:
    """When the lease runs out, in seconds from now."""
    with tenant(lease.account_id):
        found = Mailbox.objects.values_list("lease_until", flat=True).get(pk=lease.mailbox_id)
    assert found is not None
    return (found - timezone.now()).total_seconds()


@pytest.mark.django_db(transaction=True)  # the keeper's thread has a connection of its own
def test_a_held_lease_is_renewed_again_and_again(alice: Membership, make_mailbox: MakeMailbox) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    with tenant(alice.account_id):
        Mailbox.objects.update(next_sync_at=timezone.now())
        lease = leases.claim(mailbox.pk)
        assert lease is not None
    keeper = LeaseKeeper(beat_seconds=0.01)
    with keeper.keep(lease):
        for _ in range(3):
            with tenant(alice.account_id):
                Mailbox.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
            eventually(lambda: until(lease) > leases.LEASE_SECONDS / 2, because="the lease is not renewed")
    assert keeper.held() == []


def test_a_visit_that_hangs_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_keeper, "LONGEST_HOLD", -1.0)
    keeper = LeaseKeeper(beat_seconds=3600)
    with keeper.keep(STRANGER):
        assert keeper.held() == []


def test_each_process_has_its_own() -> None:
    assert lease_keeper.keeper() is lease_keeper.keeper()
