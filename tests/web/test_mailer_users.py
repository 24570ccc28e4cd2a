"""Settings, Mailer, Users: administrators say who uses it, and whether anybody does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.mailer import may_use_mailer
from accounts.models import Account, AuditEvent, Membership

SignIn = Callable[[Membership], Client]


def again(member: Membership) -> Membership:
    return Membership.objects.select_related("account").get(pk=member.pk)


@pytest.mark.rule("M01", "G12")
def test_users_are_ticked_and_it_is_audited(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    assert may_use_mailer(alice)
    assert not may_use_mailer(bob)
    answer = signed_in(alice).post(reverse("mailer_users"), {"mailer_enabled": "on", "users": [bob.pk]})
    assert answer.status_code == 302
    assert may_use_mailer(again(bob))
    assert AuditEvent.objects.filter(target_id=bob.pk, action="user.rights_changed").exists()
    assert "may use the Mailer" in signed_in(alice).get(reverse("audit")).content.decode()
    signed_in(alice).post(reverse("mailer_users"), {"mailer_enabled": "on"})
    assert not may_use_mailer(again(bob))


@pytest.mark.rule("M01")
def test_off_means_nobody(signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account) -> None:
    signed_in(alice).post(reverse("mailer_users"), {"users": [bob.pk], "confirm_forms": "on"})
    assert not may_use_mailer(again(alice))
    assert not may_use_mailer(again(bob))
    assert Account.objects.get(pk=in_account.pk).confirm_forms


def test_a_person_of_another_account_is_no_choice(
    signed_in: SignIn, alice: Membership, charlie: Membership, in_account: Account
) -> None:
    answer = signed_in(alice).post(reverse("mailer_users"), {"mailer_enabled": "on", "users": [charlie.pk]})
    assert answer.status_code == 422


def test_others_see_their_tabs_only(signed_in: SignIn, alice: Membership, bob: Membership) -> None:
    client = signed_in(bob)
    assert client.get(reverse("mailer_users")).status_code == 403
    assert client.get(reverse("mailer")).headers["Location"] == reverse("templates")
    page = client.get(reverse("templates")).content.decode()
    assert reverse("mailer_users") not in page
    assert reverse("mailer_users") in signed_in(alice).get(reverse("templates")).content.decode()
