"""`mailboxes/oauth/start/` and `mailboxes/{id}/oauth/start/`: the way to a provider's page, for programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox, OAuthAttempt
from tests.conftest import MakeMailbox
from tests.servers.oauth_mail import OAuthMail

pytestmark = pytest.mark.dovecot
START = "/api/v1/mailboxes/oauth/start/"
WithToken = Callable[..., Client]


def post(client: Client, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    response = client.post(path, body, content_type="application/json")
    return response.status_code, response.json()


@pytest.mark.rule("K03")
def test_the_address_is_opened_in_a_browser_of_the_same_user(
    oauth_mail: OAuthMail, bob: Membership, alice: Membership, with_token: WithToken, signed_in: Callable[..., Client]
) -> None:
    status, answer = post(with_token(bob), START, {"provider": "google", "kind": "personal"})
    assert (status, set(answer)) == (200, {"authorize_url"})
    user = oauth_mail.new_user()
    path = oauth_mail.callback(str(answer["authorize_url"]), user)
    assert signed_in(alice).get(path).status_code == 400
    assert signed_in(bob).get(path).status_code == 302
    with tenant(bob.account_id):
        assert Mailbox.objects.with_servers().get().address == user


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"provider": "google"}, "kind"),
        ({"provider": "nobody", "kind": "personal"}, "provider"),
        ({"provider": "yandex", "kind": "personal"}, "provider"),
        ({"provider": "google", "kind": "personal", "address": "no address"}, "address"),
        ({"provider": "google", "kind": "shared", "owner": "1"}, "owner"),
    ],
)
def test_what_is_wrong_is_named(
    oauth_mail: OAuthMail, alice: Membership, with_token: WithToken, body: dict[str, object], field: str
) -> None:
    status, problem = post(with_token(alice), START, body)
    assert status == 400
    assert field in str(problem["errors"])
    with tenant(alice.account_id):
        assert not OAuthAttempt.objects.exists()


def test_only_administrators_connect_shared_ones_or_for_others(
    oauth_mail: OAuthMail, alice: Membership, bob: Membership, with_token: WithToken
) -> None:
    for body in ({"kind": "shared"}, {"kind": "personal", "owner": str(alice.pk)}):
        assert post(with_token(bob), START, {"provider": "google", **body})[0] == 403


@pytest.mark.rule("A13")
def test_a_mailbox_is_connected_again(
    oauth_mail: OAuthMail, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox, with_token: WithToken
) -> None:
    user = oauth_mail.new_user()
    mailbox = make_mailbox(user, owner=bob)
    path = f"/api/v1/mailboxes/{mailbox.pk}/oauth/start/"
    status, answer = post(with_token(bob), path, {"provider": "google"})
    assert status == 200
    assert f"login_hint={user.replace('@', '%40')}" in str(answer["authorize_url"])
    assert post(with_token(charlie), path, {"provider": "google"})[0] == 404
    assert post(with_token(bob, ["mail:read"]), path, {"provider": "google"})[0] == 403
