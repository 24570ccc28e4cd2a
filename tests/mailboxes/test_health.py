"""What a failed visit leads to: patience first, then words, then one notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership, Notice
from mailboxes.advice import BY_CODE
from mailboxes.health import (
    FIRST_RETRY,
    LONGEST_RETRY,
    LONGEST_WAIT,
    THROTTLED_RETRY,
    code_of,
    judge,
    note_failure,
    note_smtp_refused,
    note_synced,
)
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed, FolderGone, LoginRefused, MailError, ServerThrottled, TlsRefused
from tests.conftest import MakeMailbox


@pytest.mark.parametrize(
    ("error", "failures", "state", "retry_after"),
    [
        (ConnectionFailed("x"), 1, None, FIRST_RETRY),
        (ConnectionFailed("x"), 2, None, FIRST_RETRY * 2),
        (ConnectionFailed("x"), 3, Mailbox.State.ERROR, FIRST_RETRY * 4),
        (ConnectionFailed("x"), 500, Mailbox.State.ERROR, LONGEST_RETRY),
        (ServerThrottled("x", retry_after=90), 9, None, timedelta(seconds=90)),
        (ServerThrottled("x"), 1, None, THROTTLED_RETRY),
        (ServerThrottled("x", retry_after=999_999_999), 1, None, LONGEST_WAIT),
        (TlsRefused("x"), 1, Mailbox.State.ERROR, FIRST_RETRY),
        (FolderGone("x"), 1, Mailbox.State.ERROR, FIRST_RETRY),
        (LoginRefused("x"), 1, None, FIRST_RETRY),
        (LoginRefused("x"), 2, Mailbox.State.NEEDS_LOGIN, None),
    ],
)
def test_verdicts(error: MailError, failures: int, state: str | None, retry_after: timedelta | None) -> None:
    verdict = judge(error, failures)
    assert (verdict.state, verdict.retry_after) == (state, retry_after)


def test_two_refused_sign_ins_stop_the_mailbox_and_tell_its_owner_once(
    in_account: Account, bob: Membership, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("bob@acme.example", owner=bob)
    for _ in range(3):
        note_failure(mailbox, LoginRefused("no", reply="[AUTHENTICATIONFAILED] Invalid credentials"))
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.status, mailbox.next_sync_at) == ("needs_login", "red", None)
    assert mailbox.error_detail == "[AUTHENTICATIONFAILED] Invalid credentials"
    assert [(n.membership_id, n.kind) for n in Notice.objects.all()] == [(bob.pk, "mailbox.needs_login")]


def test_a_shared_mailbox_tells_the_administrators(
    in_account: Account, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    note_smtp_refused(mailbox := make_mailbox("s@acme.example", account_of=alice), LoginRefused("no"))
    note_smtp_refused(mailbox, LoginRefused("no"))
    assert [n.membership_id for n in Notice.objects.all()] == [alice.pk]


def test_success_clears_what_failed(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> None:
    mailbox = make_mailbox("s@acme.example", account_of=alice)
    for _ in range(3):
        note_failure(mailbox, ConnectionFailed("gone"))
    note_synced(mailbox)
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.status, mailbox.error_code, mailbox.failure_count) == ("synced", "green", "", 0)
    assert mailbox.last_synced_at is not None
    assert mailbox.last_synced_at <= timezone.now()


@pytest.mark.rule("M90", "M94")
@pytest.mark.parametrize("state", [Mailbox.State.SYNCED, Mailbox.State.SYNCING, Mailbox.State.IMPORTING])
def test_reading_never_clears_a_refused_sign_in_for_sending(
    in_account: Account, alice: Membership, make_mailbox: MakeMailbox, state: str
) -> None:
    """Else held letters would try the wrong password again after each visit, and its owner would be told each time."""
    mailbox = make_mailbox("s@acme.example", account_of=alice)
    Mailbox.objects.filter(pk=mailbox.pk).update(state=state)
    note_smtp_refused(mailbox, LoginRefused("no", reply="535 no"))
    for error in (ConnectionFailed("gone"), LoginRefused("no"), None):
        note_failure(mailbox, error) if error else note_synced(mailbox)
        mailbox.refresh_from_db()
        assert (mailbox.smtp_error_code, mailbox.smtp_error_detail) == ("smtp_login_refused", "535 no")
        assert (mailbox.fault.code, mailbox.status) == ("smtp_login_refused", "red")
    assert (mailbox.state, mailbox.failure_count, mailbox.error_code) == ("synced", 0, "")


@pytest.mark.rule("M05")
def test_lost_connections_do_not_count_as_refused_sign_ins(
    in_account: Account, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("s@acme.example", account_of=alice)
    note_failure(mailbox, ConnectionFailed("gone"))
    note_failure(mailbox, LoginRefused("no"))
    mailbox.refresh_from_db()
    assert mailbox.next_sync_at is not None
    note_failure(mailbox, LoginRefused("no"))
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.next_sync_at) == ("needs_login", None)


@pytest.mark.rule("M05")
@pytest.mark.parametrize("reason", ["", "web_login", "imap_disabled", "app_password", "contact_admin", "unheard of"])
def test_a_refused_sign_in_is_explained_as_far_as_the_server_does(reason: str) -> None:
    code = code_of(LoginRefused("no", reason=reason))
    assert code in BY_CODE
    assert (code == "login_refused") == (reason in ("", "unheard of"))


def test_two_refusals_count_though_the_server_words_them_differently(
    in_account: Account, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("bob@acme.example", owner=bob)
    note_failure(mailbox, LoginRefused("no"))
    note_failure(mailbox, LoginRefused("no", reason="web_login"))
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.error_code) == (Mailbox.State.NEEDS_LOGIN, "web_login_required")
