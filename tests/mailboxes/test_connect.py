"""Connecting a mailbox: tested against real servers, saved only when they work, explained when they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import NotAllowed
from accounts.models import Account, AuditEvent, Membership
from accounts.tenancy import tenant
from mailboxes.behavior import MailboxSettings, change_settings
from mailboxes.connections import imap_session
from mailboxes.errors import ServersFailed, SettingRefused
from mailboxes.models import Credential, Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest
from mailboxes.services import connect_mailbox
from mailboxes.signals import mailbox_connected
from mailkit.types import Secret


def with_wrong_password(server: ServerRequest | None) -> ServerRequest:
    assert server is not None
    return replace(server, password=Secret("wrong"))


@pytest.mark.rule("K22", "M04", "K09")
def test_a_working_mailbox_is_saved_and_announced(
    in_account: Account,
    bob: Membership,
    request_for: ConnectRequest,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    told: list[int] = []

    def listen(mailbox_id: int, **_kwargs: object) -> None:
        told.append(mailbox_id)

    mailbox_connected.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            mailbox = connect_mailbox(bob, request_for)
    finally:
        mailbox_connected.disconnect(listen)
    assert (mailbox.status, mailbox.state, mailbox.owner) == ("green", "importing", bob)
    assert told == [mailbox.pk]
    with imap_session(mailbox) as session:
        assert session.folder_status("INBOX").messages == 0
    assert AuditEvent.objects.get().action == "mailbox.connected"


@pytest.mark.rule("M04", "M05")
def test_a_wrong_password_names_the_step_and_nothing_is_saved(
    in_account: Account, bob: Membership, request_for: ConnectRequest
) -> None:
    wrong = replace(request_for, imap=with_wrong_password(request_for.imap))
    with pytest.raises(ServersFailed) as failed:
        connect_mailbox(bob, wrong)
    report = failed.value.report
    imap = {step.step: step.ok for step in report.steps if step.protocol == "imap"}
    assert imap == {"dns": True, "connect": True, "login": False, "folders": None}
    [step] = [step for step in report.steps if step.ok is False]
    assert step.code == "login_refused"
    assert "app password" in step.advice
    assert report.status == "gray"
    assert not Mailbox.objects.with_servers().exists()
    assert not Credential.objects.exists()


@pytest.mark.rule("M04")
def test_gray_is_saved_for_sending_only_when_asked(
    in_account: Account, bob: Membership, request_for: ConnectRequest
) -> None:
    wrong = replace(request_for, imap=with_wrong_password(request_for.imap), save_send_only=True)
    mailbox = connect_mailbox(bob, wrong)
    assert (mailbox.status, mailbox.can_receive, mailbox.next_sync_at) == ("gray", False, None)
    assert [row.field for row in Credential.objects.all()] == ["smtp_password"]


@pytest.mark.rule("M04")
def test_red_is_never_saved(in_account: Account, bob: Membership, request_for: ConnectRequest) -> None:
    wrong = replace(request_for, smtp=with_wrong_password(request_for.smtp), save_send_only=True)
    with pytest.raises(ServersFailed) as failed:
        connect_mailbox(bob, wrong)
    assert failed.value.report.status == "red"


@pytest.mark.rule("K20")
def test_a_shared_mailbox_needs_an_administrator(
    in_account: Account, alice: Membership, bob: Membership, request_for: ConnectRequest
) -> None:
    shared = replace(request_for, kind=Mailbox.Kind.SHARED)
    with pytest.raises(NotAllowed):
        connect_mailbox(bob, shared)
    assert connect_mailbox(alice, shared).owner is None


def test_an_address_is_connected_once_an_account(
    in_account: Account, alice: Membership, bob: Membership, charlie: Membership, request_for: ConnectRequest
) -> None:
    connect_mailbox(bob, request_for)
    with pytest.raises(SettingRefused) as refused:
        connect_mailbox(alice, replace(request_for, address=request_for.address.upper()))
    assert refused.value.field == "address"
    with tenant(charlie.account_id):
        connect_mailbox(charlie, request_for)


@pytest.mark.rule("K24", "K33")
def test_settings_change_by_their_rules(
    in_account: Account,
    alice: Membership,
    bob: Membership,
    request_for: ConnectRequest,
) -> None:
    mailbox = connect_mailbox(bob, request_for)
    changed = change_settings(bob, mailbox.pk, MailboxSettings(group_messages=False, shared_with_admins=True))
    assert (changed.needs_regrouping, changed.shared_with_admins) == (True, True)
    with pytest.raises(SettingRefused) as refused:
        change_settings(alice, mailbox.pk, MailboxSettings(shared_with_admins=False))
    assert refused.value.field == "shared_with_admins"
    with pytest.raises(SettingRefused):
        change_settings(bob, mailbox.pk, MailboxSettings(interval_minutes=1))
