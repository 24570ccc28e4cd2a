"""Sudo mode: the password is asked for again before secrets and rights are changed, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account, ApiToken, Membership
from tests.conftest import PASSWORD
from tests.web.stale import make_stale

SignIn = Callable[[Membership], Client]
TYPED = {"name": "A “script” & co", "scopes": ["mail:read", "contacts:read"], "days": "30"}


def test_shortly_after_signing_in_nothing_is_asked(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    assert signed_in(bob).post(reverse("tokens"), TYPED).status_code == HTTPStatus.CREATED


def test_later_the_password_is_asked_and_what_was_typed_goes_on(
    signed_in: SignIn, bob: Membership, in_account: Account
) -> None:
    client = make_stale(signed_in(bob))
    asked = client.post(reverse("tokens"), TYPED)
    page = asked.content.decode()
    assert asked.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Confirm that it is you" in page
    assert 'value="A “script” &amp; co"' in page
    assert page.count('name="scopes"') == 2
    assert not ApiToken.objects.exists()
    assert client.post(reverse("tokens"), {**TYPED, "sudo_password": PASSWORD}).status_code == HTTPStatus.CREATED
    assert ApiToken.objects.get().scopes == ["contacts:read", "mail:read"]


def test_a_wrong_password_changes_nothing_and_keeps_what_was_typed(
    signed_in: SignIn, bob: Membership, in_account: Account
) -> None:
    client = make_stale(signed_in(bob))
    answer = client.post(reverse("tokens"), {**TYPED, "sudo_password": "guess", "sudo_user": "bob@acme.example"})
    page = answer.content.decode()
    assert "That is not your password." in page
    assert "guess" not in page
    assert page.count('name="sudo_user"') == 1
    assert 'value="30"' in page
    assert not ApiToken.objects.exists()


def test_no_password_is_carried_through_the_question(signed_in: SignIn, bob: Membership) -> None:
    client = make_stale(signed_in(bob))
    page = client.post(reverse("tokens"), {**TYPED, "imap_password": "hidden-treasure"}).content.decode()
    assert "hidden-treasure" not in page


def test_a_page_that_asks_before_it_is_shown_leads_back(signed_in: SignIn, bob: Membership) -> None:
    client = make_stale(signed_in(bob))
    way = reverse("confirm_sign_in") + "?next=/settings/tokens/"
    assert "Confirm that it is you" in client.get(way).content.decode()
    answer = client.post(way, {"sudo_password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/settings/tokens/")
    assert client.post(reverse("tokens"), TYPED).status_code == HTTPStatus.CREATED


def test_it_leads_to_no_other_site(signed_in: SignIn, bob: Membership) -> None:
    client = make_stale(signed_in(bob))
    answer = client.post(reverse("confirm_sign_in") + "?next=https://evil.example/", {"sudo_password": PASSWORD})
    assert answer["Location"] == "/"


def test_an_htmx_request_is_answered_by_a_dialog_and_may_be_sent_again(signed_in: SignIn, bob: Membership) -> None:
    client, headers = make_stale(signed_in(bob)), {"HX-Request": "true"}
    asked = client.post(reverse("tokens"), TYPED, headers=headers)
    assert (asked["HX-Retarget"], asked["X-Confirm-Sign-In"]) == ("#sudo", "1")
    wrong = client.post(reverse("confirm_sign_in"), {"sudo_password": "guess"}, headers=headers)
    assert "That is not your password." in wrong.content.decode()
    assert "X-Confirm-Sign-In" not in wrong
    right = client.post(reverse("confirm_sign_in"), {"sudo_password": PASSWORD}, headers=headers)
    assert "sign-in-confirmed" in right["HX-Trigger"]
    assert client.post(reverse("tokens"), TYPED, headers=headers).status_code == HTTPStatus.CREATED


def test_guesses_are_counted(signed_in: SignIn, bob: Membership, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "2/m/user"}
    cache.clear()
    client = make_stale(signed_in(bob))
    for _try in range(2):
        client.post(reverse("confirm_sign_in"), {"sudo_password": "guess"})
    answer = client.post(reverse("confirm_sign_in"), {"sudo_password": PASSWORD})
    assert "Too many tries" in answer.content.decode()
    assert client.post(reverse("tokens"), TYPED).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_strangers_are_sent_to_sign_in(client: Client, db: None) -> None:
    assert "/accounts/login/" in client.get(reverse("confirm_sign_in"))["Location"]


def test_the_pages_of_the_second_factor_take_the_same_password(signed_in: SignIn, bob: Membership) -> None:
    client = make_stale(signed_in(bob))
    url = reverse("account_reauthenticate")
    assert client.post(url, {"password": "guess"}).status_code == HTTPStatus.OK
    assert client.post(reverse("tokens"), TYPED).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.post(url, {"password": PASSWORD}).status_code == HTTPStatus.FOUND
    assert client.post(reverse("tokens"), TYPED).status_code == HTTPStatus.CREATED
