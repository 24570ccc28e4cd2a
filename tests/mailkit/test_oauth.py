"""What providers answer, and what we make of it: no database, no Django."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mailkit.errors import LoginRefused, ServerThrottled, TemporaryMailError
from mailkit.network import tls_context
from mailkit.oauth import OAuthClient, OAuthProvider, build_authorize_url, fetch_grant, fetch_renewed, new_verifier
from mailkit.oauth_providers import GOOGLE, MICROSOFT, PROVIDERS
from mailkit.safe_fetch import CheckedTransport, FetchRules
from mailkit.types import Secret
from tests.servers.local import resolve_local
from tests.servers.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLIENT = OAuthClient(CLIENT_ID, Secret(CLIENT_SECRET), "https://crm.example.com/oauth/callback/")
USER = "ana@gmail.example"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    transport = CheckedTransport(resolve_local, tls_context(), FetchRules(ports=range(1, 65536), seconds=10))
    with httpx.Client(transport=transport, trust_env=False) as client:
        yield client


def at(server: OAuthServer, provider: OAuthProvider) -> OAuthProvider:
    """This provider, with the endpoints of the test server."""
    userinfo = f"{server.url}/userinfo" if provider.userinfo_url else ""
    return replace(
        provider, authorize_url=f"{server.url}/authorize", token_url=f"{server.url}/token", userinfo_url=userinfo
    )


@pytest.mark.rule("K03", "A03")
@pytest.mark.parametrize("kind", [GOOGLE, MICROSOFT])
def test_a_code_becomes_tokens_and_an_address(
    oauth_server: OAuthServer, http: httpx.Client, kind: OAuthProvider
) -> None:
    provider, verifier = at(oauth_server, kind), new_verifier()
    url = build_authorize_url(provider, CLIENT, state="s", verifier=verifier)
    code = oauth_server.allow(url, USER)["code"]
    found = fetch_grant(http, provider, CLIENT, code=code, verifier=verifier, now=NOW)
    assert found.addresses == (USER,)
    assert found.grant.expires_at == NOW + timedelta(hours=1)
    assert oauth_server.email_of(found.grant.access.value) == USER
    renewed = fetch_renewed(http, provider, CLIENT, refresh=found.grant.refresh, now=NOW)
    assert renewed.refresh != found.grant.refresh
    with pytest.raises(LoginRefused) as refused:  # somebody uses the old one: the whole permission ends
        fetch_renewed(http, provider, CLIENT, refresh=found.grant.refresh, now=NOW)
    assert refused.value.reason == "grant_ended"


def test_what_is_secret_shows_in_no_repr(oauth_server: OAuthServer, http: httpx.Client) -> None:
    provider, verifier = at(oauth_server, GOOGLE), new_verifier()
    code = oauth_server.allow(build_authorize_url(provider, CLIENT, state="s", verifier=verifier), USER)["code"]
    grant = fetch_grant(http, provider, CLIENT, code=code, verifier=verifier, now=NOW).grant
    shown = f"{grant!r} {grant} {CLIENT!r} {verifier!r}"
    secrets = (grant.access, grant.refresh, CLIENT.secret, verifier)
    assert not [secret for secret in secrets if secret.value in shown]


@pytest.mark.parametrize("key", sorted(PROVIDERS))
def test_each_provider_is_asked_for_what_mail_needs(key: str) -> None:
    provider = PROVIDERS[key]
    url = build_authorize_url(provider, CLIENT, state="s", verifier=new_verifier(), address=USER)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://")
    assert provider.mail_scopes <= set(asked["scope"].split())
    assert (asked["login_hint"], asked["redirect_uri"]) == (USER, CLIENT.redirect_uri)
    assert all(one.startswith("https://") for one in (provider.token_url, provider.userinfo_url) if one)


def renew_against(oauth_server: OAuthServer, http: httpx.Client, status: int, answer: dict[str, str]) -> None:
    oauth_server.failure = (status, answer)
    fetch_renewed(http, at(oauth_server, GOOGLE), CLIENT, refresh=Secret("r"), now=NOW)


@pytest.mark.parametrize("word", ["invalid_grant", "interaction_required", "consent_required"])
def test_only_a_person_helps_when_the_permission_has_ended(
    oauth_server: OAuthServer, http: httpx.Client, word: str
) -> None:
    with pytest.raises(LoginRefused) as refused:
        renew_against(oauth_server, http, 400, {"error": word, "error_description": "said so"})
    assert (refused.value.reason, refused.value.reply) == ("grant_ended", f"{word} said so")


@pytest.mark.parametrize(("status", "answer"), [(400, {"error": "invalid_client"}), (500, {}), (200, {"x": "y"})])
def test_other_troubles_pass(
    oauth_server: OAuthServer, http: httpx.Client, status: int, answer: dict[str, str]
) -> None:
    with pytest.raises(TemporaryMailError):
        renew_against(oauth_server, http, status, answer)


def test_a_provider_that_wants_fewer_questions_gets_them(oauth_server: OAuthServer, http: httpx.Client) -> None:
    with pytest.raises(ServerThrottled):
        renew_against(oauth_server, http, 429, {})


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another client", "email": USER}, {"aud": CLIENT_ID}, {"aud": CLIENT_ID, "email": ["x"]}, [], "x"],
)
def test_an_id_token_that_is_not_ours_names_nobody(
    oauth_server: OAuthServer, http: httpx.Client, claims: object
) -> None:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    answer = {"access_token": "a", "refresh_token": "r", "id_token": f"e30.{body}."}
    oauth_server.failure = (200, answer)
    with pytest.raises(LoginRefused) as refused:
        fetch_grant(http, at(oauth_server, MICROSOFT), CLIENT, code="c", verifier=new_verifier(), now=NOW)
    assert refused.value.reason == "no_address"
