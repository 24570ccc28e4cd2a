"""Joining an account: by its creation, or by an invitation that works once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.errors import AddressTaken, InvitationInvalid, NotAllowed
from accounts.members import RightsChanges, change_rights
from accounts.models import Account, ApiToken, AuditEvent, Invitation, Membership, User
from accounts.services import accept_invitation, create_account, invite, list_invitations
from accounts.tenancy import tenant
from accounts.tokens import create_token, find_token
from tests.conftest import PASSWORD


def test_an_account_gets_a_slug_of_its_own(db: None) -> None:
    slugs = [create_account("Acme & Co", admin_email=f"a{n}@acme.example").account.slug for n in range(2)]
    assert slugs == ["acme-co", "acme-co-2"]


def test_an_invitation_makes_a_member_once(alice: Membership) -> None:
    with tenant(alice.account_id):
        _row, secret = invite(alice, email="Dora@acme.example")
    member = accept_invitation(secret, name="Dora", password=PASSWORD)
    assert member.account_id == alice.account_id
    assert member.user.check_password(PASSWORD)
    with tenant(alice.account_id):
        assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
            "user.invited",
            "user.joined",
        ]
    with pytest.raises(InvitationInvalid):
        accept_invitation(secret, name="Eve", password=PASSWORD)


def test_an_old_invitation_is_invalid(alice: Membership) -> None:
    with tenant(alice.account_id):
        row, secret = invite(alice, email="dora@acme.example")
        Invitation.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvitationInvalid):
        accept_invitation(secret, name="Dora", password=PASSWORD)


def test_somebody_else_cannot_use_an_invitation(alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        _row, secret = invite(alice, email="dora@acme.example")
    with pytest.raises(InvitationInvalid):
        accept_invitation(secret, user=charlie.user)
    assert accept_invitation(secret, name="Dora", password=PASSWORD).user.email == "dora@acme.example"


@pytest.mark.rule("G11")
@pytest.mark.parametrize("changes", [RightsChanges(is_active=False), RightsChanges(role="user")])
def test_an_invitation_ends_with_the_rights_of_who_made_it(
    alice: Membership, bob: Membership, changes: RightsChanges
) -> None:
    with tenant(alice.account_id):
        _row, secret = invite(
            change_rights(alice, bob, RightsChanges(role="admin")), email="second-name@bob.example", role="admin"
        )
        assert list_invitations(alice).count() == 1
        change_rights(alice, bob, changes)
        assert not list_invitations(alice).exists()
    with pytest.raises(InvitationInvalid):
        accept_invitation(secret, name="Bob again", password=PASSWORD)


def test_of_two_invitations_one_makes_a_member(alice: Membership) -> None:
    with tenant(alice.account_id):
        secrets = [invite(alice, email="dora@acme.example")[1] for _ in range(2)]
    dora = accept_invitation(secrets[0], name="Dora", password=PASSWORD)
    with pytest.raises(InvitationInvalid):
        accept_invitation(secrets[1], user=dora.user)


@pytest.mark.rule("G11")
def test_only_administrators_invite(alice: Membership, bob: Membership) -> None:
    with tenant(alice.account_id):
        with pytest.raises(NotAllowed):
            invite(bob, email="dora@acme.example")
        with pytest.raises(AddressTaken):
            invite(alice, email="bob@acme.example")


def test_sign_up_is_closed_and_sign_in_by_email_works(alice: Membership, client: Client) -> None:
    client.post("/accounts/signup/", {"email": "new@x.example", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="new@x.example").exists()
    answer = client.post("/accounts/login/", {"login": "ALICE@acme.example", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.user_id)


def test_a_token_ends_with_its_time_its_member_and_its_user(alice: Membership) -> None:
    with tenant(alice.account_id):
        row, secret = create_token(alice, name="x", scopes=["mail:read"])
        assert secret not in str(ApiToken.objects.values().get())
    assert find_token(secret) == row
    assert find_token(secret + "x") is None
    for model, fields in ((Membership, {"is_active": False}), (User, {"is_active": False})):
        with tenant(alice.account_id):
            pk = alice.pk if model is Membership else alice.user_id
            model.objects.filter(pk=pk).update(**fields)
            assert find_token(secret) is None
            model.objects.filter(pk=pk).update(is_active=True)
    with tenant(alice.account_id):
        ApiToken.objects.update(expires_at=timezone.now())
    assert find_token(secret) is None


def test_commands_create_account_and_token(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_account", "Initech", admin="peter@initech.example")
    call_command("create_token", "peter@initech.example")
    secret = capsys.readouterr().out.splitlines()[-1]
    token = find_token(secret)
    assert token is not None
    assert token.account == Account.objects.get(slug="initech")
    assert "admin" in token.scopes
    with pytest.raises(CommandError, match="no member"):
        call_command("create_token", "nobody@initech.example")
