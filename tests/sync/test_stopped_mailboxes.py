"""A mailbox that a person has stopped is left alone by everything that looks for mail."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Membership
from mailboxes.disconnecting import disconnect, pause
from mailboxes.leases import claim
from mailboxes.models import Mailbox
from sync import schedule
from sync.services import request_older, request_sync
from sync.watcher.roster import list_watched
from sync.watcher.waking import mark_due
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture(params=["paused", "disconnected"])
def stopped(request: pytest.FixtureRequest, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """It was due, imported, watched and wanted older mail."""
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    now = timezone.now()
    Mailbox.objects.filter(pk=mailbox.pk).update(
        imported_at=now, next_sync_at=now, load_older=True, history_due_at=now, import_older=3
    )
    assert list(list_watched(count=1, index=0)) == [mailbox.pk]
    assert schedule.list_due_history()
    stop = pause(alice, mailbox.pk) if request.param == "paused" else disconnect(alice, mailbox.pk, emails="keep")
    assert stop.is_stopped
    return stop


@pytest.mark.rule("K65")
def test_neither_sweep_nor_watcher_nor_push_begins_anything(stopped: Mailbox) -> None:
    assert (schedule.list_due_history(), schedule.list_due_imports()) == ([], [])
    assert list_watched(count=1, index=0) == {}
    assert mark_due([stopped.pk], reached_again=[stopped.pk]).woken == []
    assert claim(stopped.pk) is None


@pytest.mark.rule("K65", "K11")
def test_asking_for_mail_does_not_wake_it(
    stopped: Mailbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        request_sync(stopped)
    request_older(stopped)
    assert (callbacks, claim(stopped.pk)) == ([], None)
    now = Mailbox.objects.get(pk=stopped.pk)
    assert (now.state, now.next_sync_at) == (stopped.state, None)
