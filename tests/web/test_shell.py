"""The frame of the pages: signing in, errors, theme, and what the browser is forbidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from tests.conftest import PASSWORD
from web.views import errors

SignIn = Callable[[Membership], Client]


def test_signing_in_leads_to_the_mail(client: Client, alice: Membership) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "People join by an invitation" in page
    answer = client.post(reverse("account_login"), {"login": "alice@acme.example", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/mail/inbox/"


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "account_change_password", "account_logout"])
def test_pages_of_sign_in_wear_the_frame(signed_in: SignIn, alice: Membership, name: str) -> None:
    client = signed_in(alice)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name), follow=True)
    assert (answer.status_code, 'class="rail"' in answer.content.decode()) == (200, True)


def test_nobody_signs_up(client: Client, db: None) -> None:
    assert "By invitation only" in client.get(reverse("account_signup")).content.decode()


def test_a_missing_page_says_what_to_do(client: Client, db: None) -> None:
    answer = client.get("/nothing/")
    assert (answer.status_code, "There is nothing here" in answer.content.decode()) == (404, True)


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda request: errors.bad_request(request, ValueError()), 400),
        (lambda request: errors.permission_denied(request, PermissionError()), 403),
        (errors.server_error, 500),
        (errors.csrf_failure, 403),
    ],
)
def test_errors_are_pages(view: Callable[[HttpRequest], HttpResponse], status: int, rf: RequestFactory) -> None:
    answer = view(rf.get("/x/"))
    assert (answer.status_code, "CRM Mail" in answer.content.decode()) == (status, True)


def test_the_theme_is_kept(signed_in: SignIn, alice: Membership) -> None:
    client = signed_in(alice)
    assert client.post("/preferences/theme/", {"theme": "dark"}).status_code == 204
    assert client.post("/preferences/theme/", {"theme": "pink"}).status_code == 400
    assert 'data-theme="dark"' in client.get("/mail/inbox/").content.decode()


def test_the_policy_forbids_scripts_in_the_page(signed_in: SignIn, alice: Membership) -> None:
    answer = signed_in(alice).get("/mail/inbox/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "<script>" not in answer.content.decode()


def test_the_style_guide_is_for_staff_and_for_the_demo(
    signed_in: SignIn, alice: Membership, settings: Settings
) -> None:
    settings.EMBEDDED = False
    assert signed_in(alice).get("/styleguide/").status_code == 403
    settings.EMBEDDED = True
    assert signed_in(alice).get("/styleguide/").status_code == 200


def test_a_stranger_asking_for_a_new_password_forbids_nothing(
    client: Client, signed_in: SignIn, alice: Membership
) -> None:
    client.post(reverse("account_reset_password"), {"email": "alice@acme.example"})
    signed_in(alice).post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse("mfa_activate_totp"))
    assert (answer.status_code, 'class="qr"' in answer.content.decode()) == (200, True)
