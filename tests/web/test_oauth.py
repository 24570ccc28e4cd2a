"""The pages of signing in at a provider: there, back, and every wrong way back."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from accounts.tenancy import every_account, tenant
from mailboxes.models import Mailbox, OAuthAttempt
from mailboxes.oauth_clients import CALLBACK_PATH
from tests.servers.oauth_mail import OAuthMail
from tests.web.stale import make_stale

pytestmark = pytest.mark.dovecot
SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


def choices(**more: str) -> dict[str, str]:
    return {"provider": "google", "kind": "personal", **more}


def leave(client: Client, path: str, data: dict[str, str]) -> str:
    """The provider's page that the browser is sent to."""
    response = client.post(path, data, headers=HTMX)
    assert response.status_code == HTTPStatus.OK
    return str(response.headers["HX-Redirect"])


def count_mailboxes() -> int:
    with every_account("test"):
        return Mailbox.objects.with_servers().count()


@pytest.mark.rule("K03")
def test_there_and_back_connects_the_mailbox(oauth_mail: OAuthMail, bob: Membership, signed_in: SignIn) -> None:
    client, user = signed_in(bob), oauth_mail.new_user()
    url = leave(client, reverse("oauth_start"), choices(address=user, first_import="new", display_name="Bob"))
    back = client.get(oauth_mail.callback(url, user))
    with every_account("test"):
        mailbox = Mailbox.objects.with_servers().get()
    assert (back.status_code, back.headers["Location"]) == (302, reverse("mailbox", args=[mailbox.pk]))
    assert (mailbox.address, mailbox.owner_id, mailbox.first_import) == (user, bob.pk, "new")
    assert (mailbox.display_name, mailbox.sign_in) == ("Bob", "oauth2")


def test_without_scripts_a_link_leads_there(oauth_mail: OAuthMail, bob: Membership, signed_in: SignIn) -> None:
    page = signed_in(bob).post(reverse("oauth_start"), choices())
    assert f'href="{oauth_mail.server.url}/authorize?' in page.content.decode()


@pytest.mark.rule("K03")
def test_wrong_ways_back_are_refused_and_leave_nothing(
    oauth_mail: OAuthMail, alice: Membership, bob: Membership, charlie: Membership, signed_in: SignIn
) -> None:
    client = signed_in(bob)
    url = leave(client, reverse("oauth_start"), choices())
    path = oauth_mail.callback(url, oauth_mail.new_user())
    state = parse_qs(urlsplit(path).query)["state"][0]
    for wrong in ("", "?state=forged&code=x", f"?state={state[:-1]}&code=x"):
        assert client.get(f"{CALLBACK_PATH}{wrong}").status_code == HTTPStatus.BAD_REQUEST
    for other in (alice, bob, charlie):  # Bob's other browser too
        browser = Client()
        browser.force_login(other.user)
        assert browser.get(path).status_code == HTTPStatus.BAD_REQUEST
    assert Client().get(path).headers["Location"].startswith("/accounts/login/")
    assert count_mailboxes() == 0
    assert client.get(path).status_code == HTTPStatus.FOUND
    assert client.get(path).status_code == HTTPStatus.BAD_REQUEST  # used
    assert count_mailboxes() == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [("access_denied", "You did not allow it"), ("server_error", "The provider broke the sign-in off")],
)
def test_who_says_no_there_may_try_again_with_what_was_chosen(
    oauth_mail: OAuthMail, bob: Membership, signed_in: SignIn, answer: str, words: str
) -> None:
    client = signed_in(bob)
    url = leave(client, reverse("oauth_start"), choices(address="ana@dovecot.test", first_import="all"))
    state = parse_qs(urlsplit(url).query)["state"][0]
    page = client.get(CALLBACK_PATH, {"state": state, "error": answer})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    text = page.content.decode()
    assert words in text
    assert 'value="ana@dovecot.test"' in text
    assert 'value="all" id="connect_first_import_1" checked' in text
    with every_account("test"):
        assert not OAuthAttempt.objects.exists()


@pytest.mark.rule("M04")
def test_mail_servers_that_do_not_let_us_in_are_named(
    oauth_mail: OAuthMail, bob: Membership, signed_in: SignIn
) -> None:
    client, user = signed_in(bob), oauth_mail.new_user()
    oauth_mail.smtp.owner_of_token = lambda _token: None
    page = client.get(oauth_mail.callback(leave(client, reverse("oauth_start"), choices()), user))
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Outgoing mail (SMTP)" in page.content.decode()
    assert "its mail server did not let us in" in page.content.decode()
    assert count_mailboxes() == 0


@pytest.mark.rule("K04")
def test_who_uses_it_has_to_be_chosen(oauth_mail: OAuthMail, bob: Membership, signed_in: SignIn) -> None:
    client = signed_in(bob)
    page = client.post(reverse("oauth_start"), {"provider": "google"}, headers=HTMX)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = client.post(reverse("oauth_start"), choices(kind="shared"), headers=HTMX)
    assert "Only administrators connect shared mailboxes" in page.content.decode()
    page = client.post(reverse("oauth_start"), choices(provider="yandex"), headers=HTMX)
    assert "not offered here" in page.content.decode()


@pytest.mark.rule("M02")
def test_administrators_connect_for_others_and_do_not_manage_it(
    oauth_mail: OAuthMail, alice: Membership, bob: Membership, signed_in: SignIn
) -> None:
    url = leave(signed_in(alice), reverse("oauth_start"), choices(owner=str(bob.pk)))
    back = signed_in(alice).get(oauth_mail.callback(url, oauth_mail.new_user()))
    assert back.headers["Location"] == reverse("mailboxes")
    with every_account("test"):
        assert Mailbox.objects.with_servers().get().owner_id == bob.pk
    assert signed_in(bob).post(reverse("oauth_start"), choices(owner=str(alice.pk))).status_code == 403


@pytest.mark.rule("A13")
def test_signing_in_again_asks_for_the_password_of_this_site_first(
    oauth_mail: OAuthMail, bob: Membership, charlie: Membership, signed_in: SignIn, account: Account
) -> None:
    user = oauth_mail.new_user()
    mailbox = oauth_mail.connect(bob, user)
    client, path = signed_in(bob), reverse("oauth_reconnect", args=[mailbox.pk])
    url = leave(client, path, {"provider": "google"})
    wrong = client.get(oauth_mail.callback(url, oauth_mail.new_user()))
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    url = leave(client, path, {"provider": "google"})
    assert client.get(oauth_mail.callback(url, user)).status_code == HTTPStatus.FOUND
    make_stale(client)
    assert "X-Confirm-Sign-In" in client.post(path, {"provider": "google"}, headers=HTMX).headers
    assert signed_in(charlie).post(path, {"provider": "google"}).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.rule("K25")
def test_who_lost_the_mailbox_meanwhile_is_shown_nothing_of_it(
    oauth_mail: OAuthMail, alice: Membership, bob: Membership, signed_in: SignIn, account: Account
) -> None:
    mailbox = oauth_mail.connect(bob, oauth_mail.new_user())
    client = signed_in(bob)
    url = leave(client, reverse("oauth_reconnect", args=[mailbox.pk]), {"provider": "google"})
    with tenant(account):
        Mailbox.objects.filter(pk=mailbox.pk).update(owner=alice)
    state = parse_qs(urlsplit(url).query)["state"][0]
    page = client.get(CALLBACK_PATH, {"state": state, "error": "access_denied"})
    assert page.status_code == HTTPStatus.NOT_FOUND
