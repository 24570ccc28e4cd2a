"""A mailbox that somebody writes to keeps no other from being woken, and is woken after it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import every_account, tenant
from mailboxes.models import Mailbox
from sync.watcher.waking import Marked, mark_due
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other_process() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(connections.close_all).result()


def test_who_holds_one_mailbox_does_not_hold_up_the_others(
    alice: Membership, charlie: Membership, make_mailbox: MakeMailbox, other_process: ThreadPoolExecutor
) -> None:
    ours = make_mailbox("sales@acme.example", account_of=alice)
    theirs = make_mailbox("sales@else.example", account_of=charlie)
    with every_account("test"):
        Mailbox.objects.update(next_sync_at=timezone.now())

    def mark() -> Marked:
        return other_process.submit(mark_due, [ours.pk, theirs.pk], reached_again=[]).result()

    with tenant(ours.account_id), transaction.atomic():
        Mailbox.objects.select_for_update().get(pk=ours.pk)
        marked = mark()
    assert [woken.mailbox_id for woken in marked.woken] == [theirs.pk]
    assert marked.held == {ours.pk}
    assert {woken.mailbox_id for woken in mark().woken} == {ours.pk, theirs.pk}
