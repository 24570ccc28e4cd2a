"""A visit that outlives its lease is noticed, counted, and tried again: at once, then less and less often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox


@pytest.fixture
def due(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    with tenant(alice.account_id):
        now = timezone.now()
        Mailbox.objects.with_servers().update(next_sync_at=now - timedelta(seconds=1), imported_at=now)
    return mailbox


def break_down(mailbox: Mailbox, *, seconds_ago: float = 1) -> None:
    """As if its worker had died, and the lease had run out so long ago."""
    with tenant(mailbox.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(lease_until=timezone.now() - timedelta(seconds=seconds_ago))


def crashes_of(mailbox: Mailbox) -> int:
    with tenant(mailbox.account_id):
        return Mailbox.objects.get(pk=mailbox.pk).crash_count


def test_a_broken_visit_is_counted_and_a_sound_one_forgives(due: Mailbox) -> None:
    leases.claim_due(1)
    break_down(due)
    [again] = leases.claim_due(1)
    assert crashes_of(due) == 1
    with tenant(due.account_id):
        leases.release(again, is_sound=False)
        assert crashes_of(due) == 1
        lease = leases.claim(due.pk)
        assert lease is not None
        leases.release(lease)
    assert crashes_of(due) == 0


def test_the_more_visits_broke_the_longer_the_mailbox_waits(due: Mailbox) -> None:
    leases.claim_due(1)
    with tenant(due.account_id):
        Mailbox.objects.with_servers().update(crash_count=4)
    break_down(due, seconds_ago=60)
    assert leases.claim_due(1) == []
    break_down(due, seconds_ago=121)
    assert len(leases.claim_due(1)) == 1


def test_after_three_broken_visits_people_are_told(due: Mailbox) -> None:
    leases.claim_due(1)
    for expected in (Mailbox.State.SYNCED, Mailbox.State.SYNCED, Mailbox.State.ERROR):
        with tenant(due.account_id):
            Mailbox.objects.with_servers().exclude(state=Mailbox.State.ERROR).update(state=Mailbox.State.SYNCED)
        break_down(due, seconds_ago=4000)
        assert len(leases.claim_due(1)) == 1
        with tenant(due.account_id):
            row = Mailbox.objects.get(pk=due.pk)
        assert row.state == expected
    assert row.error_code == leases.VISIT_BROKE


def test_no_provider_gets_more_visits_at_once_than_allowed(
    alice: Membership, make_mailbox: MakeMailbox, settings: LazySettings
) -> None:
    settings.HOST_CONNECTIONS = 2
    for number in range(4):
        make_mailbox(f"box{number}@acme.example", account_of=alice)
    other = make_mailbox("box@other.example", account_of=alice)
    with tenant(alice.account_id):
        Mailbox.objects.with_servers().update(next_sync_at=timezone.now(), imported_at=timezone.now())
        Mailbox.objects.filter(pk=other.pk).update(imap_host="imap.other.example")
    first = leases.claim_due(10)
    assert len(first) == 3
    assert other.pk in {lease.mailbox_id for lease in first}
    assert leases.claim_due(10) == []
    [busy, *_] = [lease for lease in first if lease.mailbox_id != other.pk]
    with tenant(alice.account_id):
        leases.release(busy)
    assert len(leases.claim_due(10)) == 1


@pytest.mark.parametrize(("allowed", "in_rounds"), [(2, 2), (8, 7)])
def test_imports_and_pushes_count_as_visits_too(
    alice: Membership,
    charlie: Membership,
    make_mailbox: MakeMailbox,
    settings: LazySettings,
    allowed: int,
    in_rounds: int,
) -> None:
    """In all accounts together; rounds leave an eighth to them."""
    settings.HOST_CONNECTIONS = allowed
    boxes = [make_mailbox(f"box{number}@acme.example", account_of=alice) for number in range(allowed + 1)]
    theirs = make_mailbox("box@globex.example", account_of=charlie)
    for member in (alice, charlie):
        with tenant(member.account_id):
            Mailbox.objects.with_servers().update(next_sync_at=timezone.now(), imported_at=timezone.now())
    with tenant(charlie.account_id):
        lease = leases.claim(theirs.pk)
        assert lease is not None
    assert len(leases.claim_due(100)) == in_rounds - 1
    with tenant(alice.account_id):
        claimed = [leases.claim(box.pk) for box in boxes]
        assert len([one for one in claimed if one]) == allowed - in_rounds
    with tenant(charlie.account_id):
        leases.release(lease)
        assert leases.claim(boxes[0].pk) is None  # of another account
    with tenant(alice.account_id):
        assert len([box for box in boxes if leases.claim(box.pk)]) == 1


def test_first_imports_are_not_for_those_who_look_for_mail(due: Mailbox) -> None:
    with tenant(due.account_id):
        Mailbox.objects.with_servers().update(imported_at=None)
        assert leases.claim_due(10) == []
        assert leases.claim(due.pk) is not None


def test_leases_are_renewed_and_given_back_together(
    due: Mailbox, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("sales@globex.example", account_of=charlie)
    with tenant(charlie.account_id):
        Mailbox.objects.with_servers().update(next_sync_at=timezone.now(), imported_at=timezone.now())
    held = leases.claim_due(10)
    assert len(held) == 2
    break_down(due)
    leases.renew_all(held)
    assert leases.claim_due(10) == []
    assert due.account_id
    stranger = Lease(due.account_id, due.pk, held[0].token if held[0].mailbox_id != due.pk else held[1].token)
    leases.release_unchanged([stranger])
    with tenant(due.account_id):
        assert Mailbox.objects.get(pk=due.pk).lease_token is not None
    leases.release_unchanged(held)
    with tenant(due.account_id), transaction.atomic():
        row = Mailbox.objects.get(pk=due.pk)
        assert (row.lease_token, row.lease_until) == (None, None)
        assert row.last_synced_at is not None
