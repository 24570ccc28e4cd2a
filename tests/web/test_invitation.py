"""The page behind an invitation link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from accounts.services import invite
from accounts.tenancy import every_account, tenant

SignIn = Callable[[Membership], Client]


def make_link(alice: Membership, email: str = "new@person.example") -> str:
    with tenant(alice.account_id):
        return reverse("invitation", args=[invite(alice, email=email)[1]])


def test_it_names_account_and_inviter(client: Client, alice: Membership) -> None:
    page = client.get(make_link(alice)).content.decode()
    assert "Join Acme" in page
    assert "Alice Archer invited new@person.example" in page


def test_a_new_person_joins_and_is_signed_in(client: Client, alice: Membership) -> None:
    link = make_link(alice)
    client.post(link, {"name": "Nora New", "password": "quite a long password"})
    assert "Nora New" in client.get(reverse("profile")).content.decode()
    assert client.get(link).status_code == 404  # it works once


@pytest.mark.parametrize("password", ["short", "password123", "new@person.example"])
def test_a_weak_password_is_refused_and_the_name_stays(client: Client, alice: Membership, password: str) -> None:
    answer = client.post(make_link(alice), {"name": "Nora New", "password": password})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Nora New"' in page
    assert f'value="{password}"' not in page.replace('value="new@person.example" autocomplete="username"', "")
    assert not User.objects.filter(email="new@person.example").exists()


def test_a_known_person_signs_in_and_joins(
    signed_in: SignIn, client: Client, alice: Membership, charlie: Membership
) -> None:
    link = make_link(alice, charlie.user.email)
    assert client.get(link)["Location"].startswith(reverse("account_login"))
    browser = signed_in(charlie)
    assert "Join Acme" in browser.get(link).content.decode()
    with every_account("test"):
        assert charlie.user.memberships.count() == 1  # looking is not joining
    browser.post(link)
    with every_account("test"):
        assert set(charlie.user.memberships.values_list("account_id", flat=True)) == {
            alice.account_id,
            charlie.account_id,
        }


def test_somebody_else_is_told_to_sign_out(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    answer = signed_in(bob).get(make_link(alice, charlie.user.email))
    assert answer.status_code == 403
    assert "You are signed in as bob@acme.example" in answer.content.decode()


def test_an_unknown_link_has_one_clear_page(client: Client, db: None) -> None:
    answer = client.get(reverse("invitation", args=["no-such-secret"]))
    assert answer.status_code == 404
    assert "This invitation no longer works" in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_inviter_does_not_become_the_invited_by_trying_the_link(
    signed_in: SignIn, alice: Membership, method: str
) -> None:
    typed = {"name": "Nora New", "password": "quite a long password"}
    answer = getattr(signed_in(alice), method)(make_link(alice), typed)
    assert answer.status_code == 403
    assert "You are signed in as alice@acme.example" in answer.content.decode()
    assert not User.objects.filter(email="new@person.example").exists()
