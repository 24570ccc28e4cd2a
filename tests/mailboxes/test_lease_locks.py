"""Leases and the locks of their rows: nobody waits who need not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.leases import Lease
from mailboxes.models import Mailbox, MailboxFilter
from tests.conftest import MakeMailbox
from tests.meanwhile import done_meanwhile

pytestmark = pytest.mark.django_db(transaction=True)  # locks are seen from another connection only


@pytest.fixture
def held(alice: Membership, make_mailbox: MakeMailbox) -> list[Lease]:
    mailboxes = [make_mailbox(address, account_of=alice) for address in ("a@acme.example", "b@acme.example")]
    found = []
    with tenant(alice.account_id):
        Mailbox.objects.update(next_sync_at=timezone.now())
        for mailbox in mailboxes:
            lease = leases.claim(mailbox.pk)
            assert lease is not None
            found.append(lease)
    return found


@contextmanager
def filing_elsewhere(lease: Lease) -> Iterator[None]:
    """Another connection holds the mailbox's row, as a batch that is being filed does."""
    may_end = threading.Event()
    with done_meanwhile(lease.account_id, partial(leases.hold, lease), until=partial(may_end.wait, 30)):
        try:
            yield
        finally:
            may_end.set()


def never_wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '300ms'")


def test_new_rows_may_refer_to_a_mailbox_while_a_batch_is_filed_into_it(held: list[Lease]) -> None:
    with filing_elsewhere(held[0]), tenant(held[0].account_id), transaction.atomic():
        never_wait()
        MailboxFilter.objects.create(mailbox_id=held[0].mailbox_id, kind="domain", value="spam.example")


def test_a_batch_that_takes_long_costs_no_other_mailbox_its_lease(held: list[Lease]) -> None:
    soon = timezone.now() + timedelta(seconds=1)
    with tenant(held[0].account_id):
        Mailbox.objects.update(lease_until=soon)
    with filing_elsewhere(held[0]), transaction.atomic():
        never_wait()
        leases.renew_all(held)
    with tenant(held[0].account_id):
        until = dict(Mailbox.objects.values_list("pk", "lease_until"))
    assert until[held[0].mailbox_id] == soon
    assert until[held[1].mailbox_id] is not None
    assert until[held[1].mailbox_id] > soon  # type: ignore[operator]  # not None, as said


def test_a_visit_that_found_nothing_forgives_broken_ones(held: list[Lease]) -> None:
    with tenant(held[0].account_id):
        Mailbox.objects.update(crash_count=2)
    leases.release_unchanged(held)
    with tenant(held[0].account_id):
        assert set(Mailbox.objects.with_servers().values_list("crash_count", flat=True)) == {0}
