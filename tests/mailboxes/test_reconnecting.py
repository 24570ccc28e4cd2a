"""A mailbox is connected again in place: another password or another service, and nothing that is imported is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, AuditEvent, Membership
from accounts.tenancy import tenant
from mailboxes import leases, services
from mailboxes.checking import CheckReport, check_servers
from mailboxes.connections import imap_session
from mailboxes.errors import LeaseLost, MailboxNotFound, SecretUnreadable, ServersFailed, SettingRefused
from mailboxes.models import Credential, Mailbox
from mailboxes.reconnecting import ServerChange, ServersChange, changed_request, stored_request
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox, reconnect_mailbox
from mailkit.types import Secret


@pytest.fixture
def mailbox(in_account: Account, bob: Membership, request_for: ConnectRequest) -> Mailbox:
    return connect_mailbox(bob, request_for)


def wrong(request: ConnectRequest) -> ConnectRequest:
    return replace(request, smtp=replace(request.smtp, password=Secret("wrong")))


def test_new_servers_are_tested_before_they_replace_the_old(
    mailbox: Mailbox, bob: Membership, alice: Membership, charlie: Membership, request_for: ConnectRequest
) -> None:
    with pytest.raises(ServersFailed):
        reconnect_mailbox(bob, mailbox.pk, wrong(request_for))
    assert stored_request(mailbox).smtp.password == request_for.smtp.password
    lease = leases.claim(mailbox.pk)
    assert lease is not None
    assert reconnect_mailbox(bob, mailbox.pk, request_for).status == "green"
    with pytest.raises(LeaseLost):  # what the old servers say no longer matters
        leases.release(lease)
    with pytest.raises(MailboxNotFound):
        reconnect_mailbox(alice, mailbox.pk, request_for)
    with tenant(charlie.account_id), pytest.raises(MailboxNotFound):
        reconnect_mailbox(charlie, mailbox.pk, request_for)


@pytest.mark.rule("A13", "K65")
@pytest.mark.parametrize("state", ["needs_login", "error", "paused", "disconnected"])
def test_it_goes_on_from_whatever_state_it_was_in(
    mailbox: Mailbox, bob: Membership, request_for: ConnectRequest, state: str
) -> None:
    Mailbox.objects.update(
        state=state,
        status="red",
        error_code="login_refused",
        failure_count=2,
        next_sync_at=None,
        imported_at=timezone.now(),
        load_older=True,
        import_older=7,
    )
    Credential.objects.all().delete()
    again = reconnect_mailbox(bob, mailbox.pk, request_for)
    assert (again.pk, again.state, again.status, again.error_code) == (mailbox.pk, "synced", "green", "")
    assert again.next_sync_at is not None
    assert again.history_due_at is not None  # older mail is still wanted
    with imap_session(again) as session:
        assert session.folder_status("INBOX").messages == 0


@pytest.mark.parametrize("change", [{"state": "removing"}, {"kind": "shared", "owner": None}])
def test_what_was_given_up_or_away_while_the_servers_were_asked_is_left_alone(
    mailbox: Mailbox,
    bob: Membership,
    request_for: ConnectRequest,
    change: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(request: ConnectRequest) -> CheckReport:
        Mailbox.objects.update(**change)
        return check_servers(request)

    monkeypatch.setattr(services, "check_servers", slow)
    with pytest.raises(MailboxNotFound):
        reconnect_mailbox(bob, mailbox.pk, request_for)
    assert not AuditEvent.objects.filter(action="mailbox.servers_changed").exists()


@pytest.mark.rule("K13", "A13", "K65")
@pytest.mark.parametrize(("host", "chosen"), [("imap.old.example", ""), ("same", "Sent Items")])
def test_the_chosen_sent_folder_is_forgotten_with_its_service(
    mailbox: Mailbox, bob: Membership, request_for: ConnectRequest, host: str, chosen: str
) -> None:
    before = mailbox.imap_host if host == "same" else host
    Mailbox.objects.update(imap_host=before, sent_folder="Sent Items", sent_choices=["Sent", "Sent Items"])
    moved = reconnect_mailbox(bob, mailbox.pk, request_for)
    assert (moved.sent_folder, bool(moved.sent_choices)) == (chosen, bool(chosen))


def test_a_stored_password_is_not_sent_to_another_server(mailbox: Mailbox) -> None:
    for change in (
        ServerChange(host="mail.evil.example"),
        ServerChange(port=993),
        ServerChange(username="somebody"),
    ):
        with pytest.raises(SettingRefused) as refused:
            changed_request(mailbox, ServersChange(imap=change))
        assert refused.value.field == "imap.password"
    moved = changed_request(
        mailbox, ServersChange(imap=ServerChange(host="mail.other.example"), password=Secret("new"))
    )
    assert moved.imap is not None
    assert (moved.imap.host, moved.imap.password.value) == ("mail.other.example", "new")
    assert moved.smtp.password.value == "new"


def test_without_stored_secrets_a_password_must_be_given(mailbox: Mailbox, request_for: ConnectRequest) -> None:
    Credential.objects.all().delete()
    mailbox.refresh_from_db()
    with pytest.raises(SecretUnreadable):
        stored_request(mailbox)
    assert changed_request(mailbox, ServersChange(password=Secret("new"))).smtp.password.value == "new"


def test_its_incoming_server_can_be_given_up_and_named_again(mailbox: Mailbox, request_for: ConnectRequest) -> None:
    assert changed_request(mailbox, ServersChange(drops_imap=True)).imap is None
    mailbox.imap_host = ""
    assert changed_request(mailbox, ServersChange()).save_send_only
    change = ServersChange(imap=ServerChange(host="imap.acme.example", password=Secret("x")))
    named = changed_request(mailbox, change)
    assert named.imap is not None
    assert (named.imap.port, named.imap.username) == (143, mailbox.imap_username)  # the usual one of its security
