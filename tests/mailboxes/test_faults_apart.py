"""What sending found and what reading found are kept apart: neither hides the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from mailboxes.advice import BY_CODE, advice_of
from mailboxes.health import THROTTLED_SHOWN_AFTER, note_failure, note_smtp_refused, note_synced
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed, LoginRefused, ServerThrottled
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    Mailbox.objects.filter(pk=mailbox.pk).update(state=Mailbox.State.SYNCED, next_sync_at=timezone.now())
    return mailbox


def advice(mailbox: Mailbox) -> object:
    mailbox.refresh_from_db()
    found = advice_of(mailbox)
    return found.what if found else None


@pytest.mark.rule("M05", "M90")
def test_a_password_that_neither_server_takes_is_tried_twice_and_told_once(mailbox: Mailbox) -> None:
    note_smtp_refused(mailbox, LoginRefused("no", reply="535 no"))
    note_failure(mailbox, LoginRefused("no"))
    mailbox.refresh_from_db()
    assert mailbox.next_sync_at is not None
    for _ in range(4):
        note_failure(mailbox, LoginRefused("no"))
    assert advice(mailbox) == BY_CODE["login_refused"].what
    assert (mailbox.state, mailbox.next_sync_at) == (Mailbox.State.NEEDS_LOGIN, None)
    assert Notice.objects.count() == 1


def test_only_refusals_in_a_row_count(mailbox: Mailbox) -> None:
    for error in (LoginRefused("no"), ConnectionFailed("gone"), LoginRefused("no")):
        note_failure(mailbox, error)
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.failure_count) == (Mailbox.State.SYNCED, 3)
    note_failure(mailbox, LoginRefused("no"))
    mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.NEEDS_LOGIN
    assert Notice.objects.count() == 1


@pytest.mark.rule("M90")
def test_letters_that_cannot_be_read_are_told_of_although_none_can_be_sent(mailbox: Mailbox) -> None:
    note_smtp_refused(mailbox, LoginRefused("no"))
    note_failure(mailbox, ServerThrottled("slow down"))
    assert advice(mailbox) == BY_CODE["smtp_login_refused"].what
    assert mailbox.error_code == "throttled"  # what sync.watcher.waking goes by
    for _ in range(3):
        note_failure(mailbox, ConnectionFailed("gone"))
    assert advice(mailbox) == BY_CODE["no_connection"].what
    note_synced(mailbox)
    assert advice(mailbox) == BY_CODE["smtp_login_refused"].what
    assert (mailbox.state, mailbox.status) == (Mailbox.State.SYNCED, Mailbox.Status.RED)


def test_programs_are_told_the_same(mailbox: Mailbox, alice: Membership) -> None:
    note_smtp_refused(mailbox, LoginRefused("no", reply="535 no"))
    error = ApiClient(alice).get(f"mailboxes/{mailbox.pk}/").json()["error"]
    assert (error["code"], error["detail"]) == ("smtp_login_refused", "535 no")


def test_a_provider_that_wants_rest_for_more_than_a_day_is_told_of(mailbox: Mailbox) -> None:
    note_failure(mailbox, ServerThrottled("slow down", retry_after=999_999_999))
    mailbox.refresh_from_db()
    assert mailbox.next_sync_at is not None
    assert mailbox.next_sync_at <= timezone.now() + timedelta(days=1)
    assert mailbox.state == Mailbox.State.SYNCED
    Mailbox.objects.filter(pk=mailbox.pk).update(failing_since=timezone.now() - THROTTLED_SHOWN_AFTER)
    note_failure(mailbox, ServerThrottled("slow down"))
    assert advice(mailbox) == BY_CODE["throttled"].what
    assert mailbox.state == Mailbox.State.ERROR
    note_synced(mailbox)
    assert advice(mailbox) is None
    assert (mailbox.state, mailbox.failing_since) == (Mailbox.State.SYNCED, None)
