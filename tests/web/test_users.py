"""Settings, Users: rights are given by administrators, and the last of them stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, AuditEvent, Invitation, Membership
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("G11", "G12")
def test_rights_are_changed_and_audited(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    answer = signed_in(alice).post(reverse("user", args=[bob.pk]), {"role": "admin", "is_active": "on"})
    bob.refresh_from_db()
    assert answer.status_code == 302
    assert (bob.role, bob.mail_access_all, bob.is_active) == ("admin", False, True)
    assert AuditEvent.objects.filter(target_id=bob.pk, actor=alice).exists()


def test_a_deactivated_user_cannot_come_in(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    signed_in(alice).post(reverse("user", args=[bob.pk]), {"role": "user"})
    assert signed_in(bob).get(reverse("mailboxes")).status_code == 403


def test_the_last_administrator_stays(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    answer = signed_in(alice).post(reverse("user", args=[alice.pk]), {"role": "user", "is_active": "on"})
    alice.refresh_from_db()
    assert answer.status_code == 422
    assert "last active administrator" in answer.content.decode()
    assert alice.is_admin


def test_the_link_of_an_invitation_is_shown_once(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    answer = client.post(reverse("user_invite"), {"email": "New@Person.example", "role": "user"})
    invitation = Invitation.objects.get()
    assert answer.status_code == 201
    assert "/invitations/" in answer.content.decode()
    assert (invitation.email, invitation.mail_access_all) == ("new@person.example", False)
    assert "/invitations/" not in client.get(reverse("users")).content.decode()


def test_somebody_who_is_here_is_not_invited(signed_in: SignIn, alice: Membership, bob: Membership) -> None:
    answer = signed_in(alice).post(reverse("user_invite"), {"email": "bob@acme.example", "role": "user"})
    assert answer.status_code == 422
    assert 'value="bob@acme.example"' in answer.content.decode()


@pytest.mark.parametrize("name", ["users", "user_invite"])
def test_users_are_for_administrators(signed_in: SignIn, bob: Membership, name: str) -> None:
    assert signed_in(bob).get(reverse(name)).status_code == 403


def test_another_account_finds_nobody(signed_in: SignIn, charlie: Membership, bob: Membership) -> None:
    client = signed_in(charlie)
    assert client.get(reverse("user", args=[bob.pk])).status_code == 404
    assert bob.user.email not in client.get(reverse("users")).content.decode()


@pytest.mark.rule("G11")
def test_of_a_personal_mailbox_only_address_and_state_are_shown(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("bob@private.example", owner=bob)
    client = signed_in(alice)
    assert "bob@private.example" in client.get(reverse("user", args=[bob.pk])).content.decode()
    assert client.get(reverse("mailbox", args=[mailbox.pk])).status_code == 404
    assert "bob@private.example" not in client.get(reverse("mailboxes")).content.decode()
