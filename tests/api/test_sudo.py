"""The session of the pages changes secrets and rights only while it is fresh; a token has its scopes instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.web.stale import make_stale

SignIn = Callable[[Membership], Client]
BODY = {"name": "script", "scopes": ["mail:read"]}


@pytest.mark.parametrize("path", ["/api/v1/tokens/", "/api/v1/users/"])
def test_a_stale_session_reads_and_changes_nothing(signed_in: SignIn, alice: Membership, path: str) -> None:
    client = make_stale(signed_in(alice))
    assert client.get(path).status_code == 200
    refused = client.post(path, {**BODY, "email": "new@acme.example"}, content_type="application/json")
    assert refused.status_code == 403
    assert "password" in refused.json()["detail"]


def test_a_fresh_session_and_a_token_may(signed_in: SignIn, alice: Membership) -> None:
    assert signed_in(alice).post("/api/v1/tokens/", BODY, content_type="application/json").status_code == 201
    assert ApiClient(alice).post("tokens/", BODY).status_code == 201


@pytest.mark.rule("K64")
def test_a_stale_session_disconnects_no_mailbox(
    signed_in: SignIn, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    path = f"/api/v1/mailboxes/{make_mailbox('sales@acme.example', account_of=alice).pk}/disconnect/"
    client = make_stale(signed_in(alice))
    assert client.post(path, {"emails": "keep"}, content_type="application/json").status_code == 403
    assert ApiClient(alice).post(path, {"emails": "keep"}).status_code == 200
