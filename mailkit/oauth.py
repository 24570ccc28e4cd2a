"""OAuth 2 at mail providers: the authorization code with PKCE (RFC 6749, 7636), renewing, and whose mailbox it is.

Authlib writes the requests; they travel by the httpx client of the caller, whose transport is CheckedTransport of
safe_fetch: it decides what may be connected to, bounds the answers, and its errors are ours. Nothing here is tried
twice: a code and a rotating refresh token are good for one request.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.common.urls import url_decode
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from mailkit.errors import LoginRefused, MailError, ServerThrottled, TemporaryMailError
from mailkit.types import Secret, ServerAddress

VERIFIER_CHARACTERS = 64  # RFC 7636 section 4.1: 43 to 128
STATE_CHARACTERS = 43  # 256 bits
DEFAULT_LIFE_SECONDS = 3600  # RFC 6749 section 5.1: a provider should say, and need not
GRANT_ENDED = "grant_ended"  # LoginRefused.reason: the person has to sign in at the provider again

# RFC 6749 section 5.2 and OpenID Connect Core section 3.1.2.6: only a person in front of a browser can help.
_ENDED = {"invalid_grant", "interaction_required", "login_required", "consent_required", "account_selection_required"}


@dataclass(frozen=True, slots=True)
class OAuthProvider:
    """How one provider lets programs into mailboxes."""

    key: str
    name: str
    authorize_url: str
    token_url: str
    userinfo_url: str  # "": the id token says whose mailbox it is
    scopes: tuple[str, ...]  # asked for
    mail_scopes: frozenset[str]  # of them those without which no mail is read or sent
    imap: ServerAddress
    smtp: ServerAddress
    revoke_url: str = ""  # where a permission is given back (RFC 7009); "": only the person can
    userinfo_word: str = "Bearer"  # before the token in the header Authorization
    parameters: Mapping[str, str] = field(default_factory=dict)  # of the authorize page, beyond the standard


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """This instance, as the provider knows it."""

    id: str
    secret: Secret
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person gave us at a provider: the right to use the mailbox until they take it back."""

    provider: str  # OAuthProvider.key
    access: Secret  # signs in to the mail servers
    refresh: Secret  # gets the next access token
    expires_at: datetime  # of `access`


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody came back from the provider's page and let us in."""

    grant: Grant
    addresses: tuple[str, ...]  # of the mailbox, as the provider vouches for them, the main one first


def new_state() -> str:
    """What comes back with the person: nobody guesses it."""
    return str(generate_token(STATE_CHARACTERS))


def new_verifier() -> Secret:
    """Proves that who brings the code is who asked for it (RFC 7636)."""
    return Secret(str(generate_token(VERIFIER_CHARACTERS)))


def build_authorize_url(
    provider: OAuthProvider, client: OAuthClient, *, state: str, verifier: Secret, address: str = ""
) -> str:
    """The provider's page where the person signs in; `address` is filled in there."""
    hint = {"login_hint": address} if address else {}
    return str(
        prepare_grant_uri(
            provider.authorize_url,
            client_id=client.id,
            response_type="code",
            redirect_uri=client.redirect_uri,
            scope=" ".join(provider.scopes),
            state=state,
            code_challenge=create_s256_code_challenge(verifier.value),
            code_challenge_method="S256",
            **provider.parameters,
            **hint,
        )
    )


def fetch_grant(
    http: httpx.Client, provider: OAuthProvider, client: OAuthClient, *, code: str, verifier: Secret, now: datetime
) -> SignedIn:
    """Trade the code of the callback for tokens. Raises MailError: LoginRefused when the provider does not take it, or
    when the person did not allow what mail needs.
    """
    body = prepare_token_request(
        "authorization_code", redirect_uri=client.redirect_uri, code=code, code_verifier=verifier.value
    )
    answer = _ask_for_token(http, provider, client, body)
    missing = provider.mail_scopes - _scopes_of(answer, default=provider.scopes)
    if missing:
        raise LoginRefused("Reading and sending mail was not allowed", step="login", reason="scope_missing")
    if not answer.get("refresh_token"):
        raise LoginRefused("The provider gave no lasting permission", step="login", reason="scope_missing")
    grant = _grant_of(provider, answer, now, refresh=Secret(""))
    return SignedIn(grant, _fetch_addresses(http, provider, client, answer))


def fetch_renewed(
    http: httpx.Client, provider: OAuthProvider, client: OAuthClient, *, refresh: Secret, now: datetime
) -> Grant:
    """A new access token, and a new refresh token where the provider rotates them. Raises MailError: LoginRefused with
    the reason GRANT_ENDED when the person, or the provider, has taken the permission back.
    """
    body = prepare_token_request("refresh_token", refresh_token=refresh.value)
    return _grant_of(provider, _ask_for_token(http, provider, client, body), now, refresh=refresh)


def revoke(http: httpx.Client, provider: OAuthProvider, client: OAuthClient, token: Secret) -> None:
    """Give a permission back by its refresh token. One that has ended already is no error. Raises MailError."""
    form = {"token": token.value, "token_type_hint": "refresh_token"}
    request = http.build_request("POST", provider.revoke_url, data=form, headers={"Accept": "application/json"})
    response = http.send(request, auth=httpx.BasicAuth(client.id, client.secret.value), follow_redirects=False)
    if response.status_code not in (httpx.codes.OK, httpx.codes.BAD_REQUEST):  # 400 of Google: not valid any more
        raise TemporaryMailError("The provider does not take it back", step="login", code=response.status_code)


def _grant_of(provider: OAuthProvider, answer: Mapping[str, Any], now: datetime, *, refresh: Secret) -> Grant:
    """`refresh` is the one that stays when the provider sends none."""
    life = str(answer.get("expires_in", ""))
    seconds = int(life) if life.isascii() and life.isdigit() and len(life) < 9 else DEFAULT_LIFE_SECONDS
    return Grant(
        provider=provider.key,
        access=Secret(str(answer["access_token"])),
        refresh=Secret(str(answer["refresh_token"])) if answer.get("refresh_token") else refresh,
        expires_at=now + timedelta(seconds=seconds),
    )


def _scopes_of(answer: Mapping[str, Any], *, default: tuple[str, ...]) -> frozenset[str]:
    """What was allowed. A provider that does not say allowed what was asked for (RFC 6749 section 5.1)."""
    said = answer.get("scope")
    return frozenset(said.split() if isinstance(said, str) else default)


def _ask_for_token(http: httpx.Client, provider: OAuthProvider, client: OAuthClient, body: str) -> dict[str, Any]:
    answer = _ask(
        http,
        http.build_request(
            "POST",
            provider.token_url,
            data=dict(url_decode(body)),
            headers={"Accept": "application/json"},
        ),
        auth=httpx.BasicAuth(client.id, client.secret.value),
    )
    if not isinstance(answer.get("access_token"), str) or not answer["access_token"]:
        raise TemporaryMailError("The provider's answer holds no token", step="login")
    return answer


def _fetch_addresses(
    http: httpx.Client, provider: OAuthProvider, client: OAuthClient, answer: Mapping[str, Any]
) -> tuple[str, ...]:
    """Raises LoginRefused when the provider vouches for none."""
    if provider.userinfo_url:
        headers = {"Authorization": f"{provider.userinfo_word} {answer['access_token']}", "Accept": "application/json"}
        claims = _ask(http, http.build_request("GET", provider.userinfo_url, headers=headers))
    else:
        claims = _claims_of(str(answer.get("id_token", "")), audience=client.id)
    addresses = _addresses_in(claims)
    if not addresses:
        raise LoginRefused("The provider does not say whose mailbox it is", step="login", reason="no_address")
    return addresses


def _addresses_in(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """`email` is of OpenID Connect, `preferred_username` Microsoft's sign-in name, the others are Yandex's."""
    if claims.get("email_verified") in (False, "false"):
        return ()
    several = claims.get("emails")
    found = [
        *(claims.get(name) for name in ("email", "default_email", "preferred_username")),
        *(several if isinstance(several, list) else []),
    ]
    return tuple(dict.fromkeys(one for one in found if isinstance(one, str) and "@" in one))


def _claims_of(id_token: str, *, audience: str) -> dict[str, Any]:
    """The claims of an id token that came from the provider itself over TLS: its signature need not be checked (OpenID
    Connect Core section 3.1.3.7, 6). Raises LoginRefused when it is not for us.
    """
    payload = id_token.partition(".")[2].partition(".")[0]
    try:
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        claims = {}
    if not isinstance(claims, dict) or claims.get("aud") != audience:
        raise LoginRefused("The provider does not say whose mailbox it is", step="login", reason="no_address")
    return claims


def _ask(http: httpx.Client, request: httpx.Request, *, auth: httpx.Auth | None = None) -> dict[str, Any]:
    """The JSON object of an answer. Raises MailError."""
    response = http.send(request, auth=auth, follow_redirects=False)
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if response.status_code != httpx.codes.OK:
        raise _refusal(response, answer if isinstance(answer, dict) else {})
    if not isinstance(answer, dict):
        raise TemporaryMailError("The provider's answer cannot be read", step="login")
    return answer


def _refusal(response: httpx.Response, answer: Mapping[str, Any]) -> MailError:
    """A client id that has become wrong is a fault of ours, and no mailbox shall be taken for signed out by it."""
    word = str(answer.get("error", ""))
    reply = f"{word} {answer.get('error_description', '')}".strip()[:500]
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return ServerThrottled(
            "The provider asks us to slow down", step="login", reply=reply, retry_after=_seconds_to_wait(response)
        )
    if word in _ENDED:
        return LoginRefused("The permission has ended", step="login", reply=reply, reason=GRANT_ENDED)
    return TemporaryMailError("The provider gives no token now", step="login", code=response.status_code, reply=reply)


def _seconds_to_wait(response: httpx.Response) -> float | None:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 8 else None
