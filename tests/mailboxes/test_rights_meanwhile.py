"""Asking the servers takes a while: what is saved then follows the rights of then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.errors import NotAllowed
from accounts.members import RightsChanges, change_rights
from accounts.models import Account, Membership
from mailboxes import services
from mailboxes.checking import CheckReport, check_servers
from mailboxes.errors import MailboxNotFound, SettingRefused
from mailboxes.kinds import change_kind
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox, reconnect_mailbox
from tests.conftest import MakeMailbox

Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def meanwhile(in_account: Account, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """What happens while the servers are asked."""

    def happens(change: Callable[[], object]) -> None:
        def slow(request: ConnectRequest) -> CheckReport:
            change()
            return check_servers(request)

        monkeypatch.setattr(services, "check_servers", slow)

    return happens


def as_now(member: Membership) -> Membership:
    """Another object than that of the request which goes on."""
    return Membership.objects.get(pk=member.pk)


@pytest.mark.rule("G11")
def test_who_is_deactivated_connects_nothing(
    alice: Membership, bob: Membership, request_for: ConnectRequest, meanwhile: Meanwhile
) -> None:
    meanwhile(lambda: change_rights(alice, as_now(bob), RightsChanges(is_active=False)))
    with pytest.raises(NotAllowed):
        connect_mailbox(bob, request_for)
    assert not Mailbox.objects.with_servers().exists()


@pytest.mark.rule("K20")
def test_who_is_no_administrator_any_more_connects_no_shared_one(
    alice: Membership, bob: Membership, request_for: ConnectRequest, meanwhile: Meanwhile
) -> None:
    bob = change_rights(alice, bob, RightsChanges(role="admin"))
    meanwhile(lambda: change_rights(alice, as_now(bob), RightsChanges(role="user")))
    with pytest.raises(NotAllowed):
        connect_mailbox(bob, replace(request_for, kind=Mailbox.Kind.SHARED))


@pytest.mark.rule("M02")
def test_nothing_is_connected_for_who_is_deactivated(
    alice: Membership, bob: Membership, request_for: ConnectRequest, meanwhile: Meanwhile
) -> None:
    meanwhile(lambda: change_rights(alice, as_now(bob), RightsChanges(is_active=False)))
    with pytest.raises(SettingRefused):
        connect_mailbox(alice, replace(request_for, owner_id=bob.pk))


@pytest.mark.rule("G11")
def test_a_mailbox_of_who_is_deactivated_stays_stopped(
    alice: Membership, bob: Membership, request_for: ConnectRequest, meanwhile: Meanwhile
) -> None:
    mailbox = connect_mailbox(bob, request_for)
    meanwhile(lambda: change_rights(alice, as_now(bob), RightsChanges(is_active=False)))
    with pytest.raises(MailboxNotFound):
        reconnect_mailbox(bob, mailbox.pk, request_for)
    assert Mailbox.objects.with_servers().get().state == Mailbox.State.PAUSED


@pytest.mark.rule("K25")
def test_no_mailbox_is_given_to_who_has_just_been_deactivated(
    alice: Membership, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    change_rights(alice, as_now(bob), RightsChanges(is_active=False))
    with pytest.raises(SettingRefused):
        change_kind(alice, sales.pk, Mailbox.Kind.PERSONAL, bob)  # `bob` was read before
