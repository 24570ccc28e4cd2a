"""Settings, API tokens: shown once, revoked at once, one's own only."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, ApiToken, AuditEvent, Membership
from accounts.tenancy import tenant
from accounts.tokens import create_token, find_token

SignIn = Callable[[Membership], Client]


def test_the_secret_is_shown_once(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    answer = client.post(reverse("tokens"), {"name": "Script", "scopes": ["mail:read"], "days": "30"})
    found = re.search(r'id="secret"[^>]*>(crm_live_[\w-]+)<', answer.content.decode())
    assert answer.status_code == 201
    assert found is not None
    token = find_token(found[1])
    assert token is not None
    assert (token.membership_id, token.scopes) == (bob.pk, ["mail:read"])
    assert token.expires_at is not None
    page = client.get(reverse("tokens")).content.decode()
    assert found[1] not in page
    assert "Read mail" in page.split("New token")[0]  # in words, as it was chosen
    assert "mail:read" not in page.split("New token")[0]


@pytest.mark.rule("G12")
def test_the_audit_log_says_what_it_may_do(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    signed_in(bob).post(reverse("tokens"), {"name": "Script", "scopes": ["mail:read", "mail:write"], "days": "30"})
    assert AuditEvent.objects.get(action="token.created").facts == {"scopes": "mail:read mail:write"}


def test_nobody_gives_more_than_he_has(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    answer = signed_in(bob).post(reverse("tokens"), {"name": "Script", "scopes": ["admin"], "days": "0"})
    assert answer.status_code == 422
    assert 'value="Script"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_revoked_token_works_no_more(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    token, secret = create_token(bob, name="Script", scopes=["mail:read"])
    assert signed_in(bob).post(reverse("token_revoke", args=[token.pk])).status_code == 302
    assert find_token(secret) is None


def test_tokens_of_others_are_not_there(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    with tenant(bob.account_id):
        token, _secret = create_token(bob, name="Bob's script", scopes=["mail:read"])
    for other in (alice, charlie):
        client = signed_in(other)
        assert client.post(reverse("token_revoke", args=[token.pk])).status_code == 404
        assert "Bob" not in client.get(reverse("tokens")).content.decode().split("<main")[1]


def test_a_token_says_what_it_was_made_with(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    first, _secret = create_token(bob, name="First", scopes=["mail:read"])
    _second, secret = create_token(bob, name="Second", scopes=["mail:read"], made_by=first)
    client = signed_in(bob)
    assert "Made with the token “First”" in client.get(reverse("tokens")).content.decode()
    client.post(reverse("token_revoke", args=[first.pk]))
    assert find_token(secret) is None
