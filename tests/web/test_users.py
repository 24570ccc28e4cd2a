"""Settings, Users: rights are given by administrators, and the last of them stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.groups import create_group
from accounts.models import Account, AuditEvent, Invitation, Membership
from mailboxes.mail_access import get_mail_access
from tests.conftest import MakeMailbox
from tests.web.stale import make_stale

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("G11", "G12")
def test_rights_are_changed_and_audited(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    answer = signed_in(alice).post(reverse("user", args=[bob.pk]), {"role": "admin", "mail": "none"})
    bob.refresh_from_db()
    assert answer.status_code == 302
    assert (bob.role, bob.mail_access_all, bob.is_active) == ("admin", False, True)
    assert AuditEvent.objects.filter(target_id=bob.pk, actor=alice, action="user.rights_changed").exists()


@pytest.mark.rule("K21")
def test_the_mail_tick_is_narrowed_and_groups_are_set(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    make_mailbox("support@acme.example", account_of=alice)
    group = create_group(alice, name="Sales")
    client, url = signed_in(alice), reverse("user", args=[bob.pk])
    typed = {"role": "user", "mail": "some", "mailboxes": [sales.pk], "groups": [group.pk]}
    assert client.post(url, typed).status_code == 302
    bob.refresh_from_db()
    assert (get_mail_access(bob).all, get_mail_access(bob).mailbox_ids) == (False, {sales.pk})
    page = client.get(reverse("users")).content.decode()
    assert "Mail: 1 mailbox" in page
    assert "Sales" in page


def test_some_mailboxes_means_at_least_one(signed_in: SignIn, alice: Membership, bob: Membership) -> None:
    answer = signed_in(alice).post(reverse("user", args=[bob.pk]), {"role": "user", "mail": "some"})
    assert answer.status_code == 422
    assert "Choose at least one mailbox" in answer.content.decode()


def test_the_last_administrator_stays(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    answer = client.post(reverse("user", args=[alice.pk]), {"role": "user", "mail": "none"})
    alice.refresh_from_db()
    assert answer.status_code == 422
    assert "last active administrator" in answer.content.decode()
    assert alice.is_admin
    assert "last active administrator" in client.post(reverse("user_leave", args=[alice.pk])).content.decode()


def test_rights_are_changed_only_shortly_after_the_password(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    answer = make_stale(signed_in(alice)).post(reverse("user", args=[bob.pk]), {"role": "admin", "mail": "none"})
    bob.refresh_from_db()
    assert "Confirm that it is you" in answer.content.decode()
    assert not bob.is_admin


@pytest.mark.rule("G11")
def test_an_administrator_sets_availability_of_others(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    url = reverse("user_availability", args=[bob.pk])
    assert signed_in(alice).post(url, {"availability": "lunch"}).status_code == 302
    bob.refresh_from_db()
    assert bob.availability == "lunch"
    assert (
        signed_in(bob).post(reverse("user_availability", args=[alice.pk]), {"availability": "lunch"}).status_code == 403
    )


def test_the_link_of_an_invitation_is_shown_once(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    answer = client.post(reverse("user_invite"), {"email": "New@Person.example", "role": "user"})
    invitation = Invitation.objects.get()
    assert answer.status_code == 201
    assert "/invitations/" in answer.content.decode()
    assert (invitation.email, invitation.mail_access_all) == ("new@person.example", False)
    assert answer.context["link"] not in client.get(reverse("users")).content.decode()


def test_an_invitation_is_withdrawn(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    link = client.post(reverse("user_invite"), {"email": "new@person.example", "role": "user"}).context["link"]
    assert client.post(reverse("invitation_withdraw", args=[Invitation.objects.get().pk])).status_code == 302
    assert "no longer works" in Client().get(link.partition("8000")[2]).content.decode()


def test_somebody_who_is_here_is_not_invited(signed_in: SignIn, alice: Membership, bob: Membership) -> None:
    answer = signed_in(alice).post(reverse("user_invite"), {"email": "bob@acme.example", "role": "user"})
    assert answer.status_code == 422
    assert 'value="bob@acme.example"' in answer.content.decode()


@pytest.mark.parametrize("name", ["users", "user_invite", "groups", "group_create", "audit"])
def test_people_are_for_administrators(signed_in: SignIn, bob: Membership, name: str) -> None:
    assert signed_in(bob).get(reverse(name)).status_code == 403


def test_another_account_finds_nobody(signed_in: SignIn, charlie: Membership, bob: Membership) -> None:
    client = signed_in(charlie)
    assert client.get(reverse("user", args=[bob.pk])).status_code == 404
    assert client.post(reverse("user_leave", args=[bob.pk])).status_code == 404
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
