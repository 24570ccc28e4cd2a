"""An administrator connects a mailbox for a colleague (M02); and addresses that somebody has already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.errors import NotAllowed
from accounts.models import Account, AuditEvent, Membership, Notice
from mailboxes.errors import ServersFailed, SettingRefused
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox
from mailkit.types import Secret


def refused(member: Membership, request: ConnectRequest) -> SettingRefused:
    with pytest.raises(SettingRefused) as error:
        connect_mailbox(member, request)
    return error.value


@pytest.mark.rule("M02", "K23")
def test_it_is_the_colleagues_who_is_told_and_the_administrator_does_not_see_it(
    in_account: Account, alice: Membership, bob: Membership, request_for: ConnectRequest
) -> None:
    mailbox = connect_mailbox(alice, replace(request_for, owner_id=bob.pk))
    assert mailbox.owner_id == bob.pk
    assert list(Mailbox.objects.visible_to(bob).with_servers()) == [mailbox]
    assert not Mailbox.objects.visible_to(alice).with_servers().exists()
    assert [(notice.membership_id, notice.kind) for notice in Notice.objects.all()] == [
        (bob.pk, "mailbox.connected_for_you")
    ]
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.action, event.target_id) == (alice.pk, "mailbox.connected", mailbox.pk)


@pytest.mark.rule("M02")
def test_only_administrators_do_so_and_for_active_colleagues_of_their_account(
    in_account: Account, alice: Membership, bob: Membership, charlie: Membership, request_for: ConnectRequest
) -> None:
    with pytest.raises(NotAllowed):
        connect_mailbox(bob, replace(request_for, owner_id=alice.pk))
    assert refused(alice, replace(request_for, owner_id=charlie.pk)).field == "owner"
    assert refused(alice, replace(request_for, owner_id=bob.pk, kind="shared")).field == "owner"
    assert refused(alice, replace(request_for, owner_id=bob.pk, shared_with_admins=True)).field == "shared_with_admins"
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    assert refused(alice, replace(request_for, owner_id=bob.pk)).field == "owner"
    assert not Mailbox.objects.with_servers().exists()


@pytest.mark.rule("K23")
def test_nobody_learns_by_asking_what_a_colleague_has_connected(
    in_account: Account, alice: Membership, bob: Membership, request_for: ConnectRequest
) -> None:
    connect_mailbox(alice, request_for)
    guess = replace(request_for, smtp=replace(request_for.smtp, password=Secret("a guess")))
    with pytest.raises(ServersFailed):  # as for any address that is not connected
        connect_mailbox(bob, guess)
    error = refused(bob, request_for)  # who knows its passwords knows that it exists
    assert (error.field, "Ask an administrator" in error.message) == ("address", True)
    assert "connected already" not in error.message


def test_who_may_know_of_it_is_told_that_it_is_connected(
    in_account: Account, alice: Membership, bob: Membership, request_for: ConnectRequest
) -> None:
    connect_mailbox(bob, request_for)
    assert "connected already" in refused(bob, request_for).message
    assert "A colleague has connected" in refused(alice, request_for).message
    Mailbox.objects.update(state="removing")
    assert "being deleted" in refused(bob, request_for).message
