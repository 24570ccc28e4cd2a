"""The rows are the schedule: what is due is found in them, however little the broker remembers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.schedule import list_due_history, list_due_imports
from sync.services import request_older, request_sync
from tests.conftest import MakeMailbox


@pytest.fixture
def waiting(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Connected, and not imported yet."""
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    change(mailbox, next_sync_at=timezone.now() - timedelta(seconds=1))
    return mailbox


def change(mailbox: Mailbox, **values: object) -> None:
    with tenant(mailbox.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(**values)
        mailbox.refresh_from_db()


@pytest.mark.rule("K09")
def test_imports_of_all_accounts_are_found(waiting: Mailbox, charlie: Membership, make_mailbox: MakeMailbox) -> None:
    theirs = make_mailbox("sales@globex.example", account_of=charlie)
    change(theirs, next_sync_at=timezone.now())
    expected = [(waiting.account_id, waiting.pk), (theirs.account_id, theirs.pk)]
    assert list_due_imports() == expected


def test_an_import_that_somebody_works_on_is_left_alone_until_its_lease_runs_out(waiting: Mailbox) -> None:
    with tenant(waiting.account_id):
        assert leases.claim(waiting.pk)
    assert list_due_imports() == []
    change(waiting, lease_until=timezone.now() - timedelta(seconds=1))
    assert list_due_imports() == [(waiting.account_id, waiting.pk)]


def test_imported_mailboxes_are_no_imports(waiting: Mailbox) -> None:
    change(waiting, imported_at=timezone.now())
    assert list_due_imports() == []
    assert list_due_history() == []


@pytest.mark.rule("K10", "A04")
def test_older_mail_is_loaded_when_asked_for_and_the_import_is_over(waiting: Mailbox) -> None:
    with tenant(waiting.account_id):
        request_older(waiting)
    assert list_due_history() == []
    change(waiting, imported_at=timezone.now())
    with tenant(waiting.account_id):
        request_older(waiting)
    assert list_due_history() == [(waiting.account_id, waiting.pk)]
    change(waiting, load_older=False)
    assert list_due_history() == []


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
        request_older(mailbox)
        mailbox.refresh_from_db()
    assert mailbox.next_sync_at is None
    assert not mailbox.load_older
