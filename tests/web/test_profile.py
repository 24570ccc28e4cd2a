"""Settings, Profile, and what is chosen in passing from the menu at one's own picture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from accounts.services import create_account

SignIn = Callable[[Membership], Client]
VALUES: dict[str, str] = {
    "name": "Bob B.",
    "language": "es",
    "timezone": "Europe/Madrid",
    "theme": "dark",
    "signature": "Bob",
    "undo_seconds": "20",
}


def test_the_profile_is_saved(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    assert client.post(reverse("profile"), VALUES).status_code == 302
    bob.refresh_from_db()
    assert (bob.user.name, bob.user.language, bob.user.timezone, bob.user.theme) == (
        "Bob B.",
        "es",
        "Europe/Madrid",
        "dark",
    )
    assert (bob.signature, bob.undo_seconds, bob.user.has_shortcuts) == ("Bob", 20, False)
    assert 'lang="es"' in client.get(reverse("profile")).content.decode()


def test_wrong_values_keep_what_was_typed(signed_in: SignIn, bob: Membership) -> None:
    answer = signed_in(bob).post(reverse("profile"), VALUES | {"timezone": "Europe/Atlantis", "name": ""})
    assert answer.status_code == 422
    assert ">Bob</textarea>" in answer.content.decode().replace("\n", "")


@pytest.mark.parametrize("wrong", ["61", "-1", "x", "7"])
def test_nobody_holds_letters_up_for_longer(signed_in: SignIn, bob: Membership, wrong: str) -> None:
    assert signed_in(bob).post(reverse("profile"), VALUES | {"undo_seconds": wrong}).status_code == 422


def test_single_keys_are_switched_off_and_on(signed_in: SignIn, bob: Membership) -> None:
    client = signed_in(bob)
    assert client.post(reverse("shortcuts")).status_code == 204
    assert 'data-keys="off"' in client.get("/mail/inbox/").content.decode()
    client.post(reverse("shortcuts"), {"has_shortcuts": "on"})
    assert 'data-keys="on"' in client.get("/mail/inbox/").content.decode()


@pytest.mark.rule("G11")
def test_availability_is_chosen_in_passing(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    answer = client.post(reverse("availability"), {"availability": "lunch"}, headers={"HX-Request": "true"})
    bob.refresh_from_db()
    assert answer.content.decode().count('aria-pressed="true"') == 1
    assert bob.availability == "lunch"
    assert client.post(reverse("availability"), {"availability": "asleep"}).status_code == 400


def test_a_person_of_two_accounts_changes_between_them(signed_in: SignIn, bob: Membership) -> None:
    second = create_account("Second House", admin_email=bob.user.email)
    client = signed_in(bob)
    assert "Second House" in client.get(reverse("profile")).content.decode()
    client.post(reverse("account_switch"), {"account": second.account_id})
    assert client.get(reverse("users")).status_code == 200  # an administrator there


def test_nobody_changes_into_a_foreign_account(signed_in: SignIn, bob: Membership, charlie: Membership) -> None:
    client = signed_in(bob)
    assert client.post(reverse("account_switch"), {"account": charlie.account_id}).status_code == 404
    assert "Globex" not in client.get(reverse("profile")).content.decode()


@pytest.mark.parametrize("name", ["profile", "tokens", "notices", "mailboxes", "contacts", "leads"])
def test_a_stranger_is_asked_to_sign_in(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))
