"""An OAuth 2 server on loopback: authorize page, tokens with rotation, user information, introspection, revocation.

It is strict where providers are: a code is good once and with its PKCE verifier only, the redirect address must be the
registered one, and a refresh token that was used before ends the whole permission.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "crm-mail-tests", "client-secret-5"
LIFE_SECONDS = 3600


@dataclass
class Permission:
    """What one person allowed one time: it ends as a whole."""

    email: str
    scope: str
    is_alive: bool = True
    refresh: str = ""
    used_refreshes: set[str] = field(default_factory=set)
    accesses: dict[str, float] = field(default_factory=dict)  # token to its end


@dataclass(frozen=True)
class Code:
    permission: Permission
    challenge: str
    redirect_uri: str


class OAuthServer:
    """`requests` counts what was asked; the switches below change how it answers."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._http = _Provider(self)
        self._thread = threading.Thread(target=self._http.serve_forever, name="oauth-server", daemon=True)
        self.reset()

    def reset(self) -> None:
        """As new, for the next test."""
        with self._lock:
            self.codes: dict[str, Code] = {}
            self.permissions: list[Permission] = []
            self.requests: list[str] = []
            self.rotates = True
            self.refused_scopes: set[str] = set()  # ticks that the person took away on the page
            self.failure: tuple[int, Mapping[str, Any]] | None = None  # what the token endpoint answers instead
            self.hold: threading.Event | None = None  # the token endpoint waits for it
            self.is_asked = threading.Event()  # somebody is at the token endpoint
            self.is_address_verified = True

    @property
    def url(self) -> str:
        return f"http://localhost:{self._http.server_port}"

    @property
    def introspection_url(self) -> str:
        """For Dovecot, which takes an address."""
        return f"http://127.0.0.1:{self._http.server_port}/introspect/?token="

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=10)

    def count(self, path: str) -> int:
        return self.requests.count(path)

    def allow(self, authorize_url: str, email: str) -> dict[str, str]:
        """Sign in as `email` and allow what is asked: the query with which the browser comes back."""
        asked = _query(urlsplit(authorize_url).query)
        return {"code": self.issue_code(asked, email), "state": asked["state"]}

    def revoke(self, email: str) -> None:
        """The person takes the permission back on the provider's page."""
        with self._lock:
            for permission in self.permissions:
                permission.is_alive = permission.is_alive and permission.email != email

    def give_back(self, refresh: str) -> tuple[int, Mapping[str, Any]]:
        """As Google: with it all permissions of the person end, and what is none any more is refused."""
        if self.failure:
            return self.failure
        with self._lock:
            owner = next((one.email for one in self.permissions if one.is_alive and one.refresh == refresh), "")
        self.revoke(owner)
        return (200, {}) if owner else (400, {"error": "invalid_token"})

    def end_access_tokens(self) -> None:
        """Before their time: the mail servers take none of those given until now."""
        with self._lock:
            for permission in self.permissions:
                permission.accesses.clear()

    def issue_code(self, asked: dict[str, str], email: str) -> str:
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code":
            raise ValueError("not our client")
        if asked["code_challenge_method"] != "S256":
            raise ValueError("PKCE is wanted")
        scope = " ".join(word for word in asked["scope"].split() if word not in self.refused_scopes)
        code = secrets.token_urlsafe(16)
        with self._lock:
            self.codes[code] = Code(Permission(email, scope), asked["code_challenge"], asked["redirect_uri"])
        return code

    def token(self, form: dict[str, str], credentials: str) -> tuple[int, Mapping[str, Any]]:
        self.is_asked.set()
        if self.hold:
            self.hold.wait(30)
        if self.failure:
            return self.failure
        if credentials != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return 401, {"error": "invalid_client"}
        with self._lock:
            by_kind = {"authorization_code": self._redeem, "refresh_token": self._refresh}
            return by_kind[form["grant_type"]](form)

    def _redeem(self, form: dict[str, str]) -> tuple[int, Mapping[str, Any]]:
        code = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if code is None or proof.rstrip(b"=").decode() != code.challenge or form["redirect_uri"] != code.redirect_uri:
            return 400, {"error": "invalid_grant", "error_description": "Bad code"}
        self.permissions.append(code.permission)
        code.permission.refresh = secrets.token_urlsafe(24)
        return 200, self._answer(code.permission, refresh=code.permission.refresh)

    def _refresh(self, form: dict[str, str]) -> tuple[int, Mapping[str, Any]]:
        given = form["refresh_token"]
        for permission in self.permissions:
            if given in permission.used_refreshes:
                permission.is_alive = False  # somebody has a copy
        found = next((one for one in self.permissions if one.is_alive and one.refresh == given), None)
        if found is None:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if not self.rotates:
            return 200, self._answer(found)
        found.used_refreshes.add(given)
        found.refresh = secrets.token_urlsafe(24)
        return 200, self._answer(found, refresh=found.refresh)

    def _answer(self, permission: Permission, *, refresh: str = "") -> dict[str, Any]:
        access = secrets.token_urlsafe(24)
        permission.accesses[access] = time.time() + LIFE_SECONDS
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": LIFE_SECONDS, "scope": permission.scope}
        claims = {"aud": CLIENT_ID, "email": permission.email}
        answer["id_token"] = ".".join([_part({"alg": "none"}), _part(claims), ""])
        return {**answer, "refresh_token": refresh} if refresh else answer

    def owner_of(self, access: str) -> Permission | None:
        with self._lock:
            alive = (one for one in self.permissions if one.is_alive)
            return next((one for one in alive if one.accesses.get(access, 0) > time.time()), None)

    def email_of(self, access: str) -> str | None:
        owner = self.owner_of(access)
        return owner.email if owner else None


def _part(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _query(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


PAGE = """<!doctype html><html lang="en"><title>Test provider</title><h1>Sign in at the test provider</h1>
<form method="post" action="?{query}"><label>Email <input name="email" value="{hint}"></label>
<button name="answer" value="allow">Allow</button><button name="answer" value="refuse">Refuse</button></form>"""


class _Provider(ThreadingHTTPServer):
    """Its handlers find the provider here."""

    daemon_threads = True

    def __init__(self, provider: OAuthServer) -> None:
        self.provider = provider
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    @property
    def provider(self) -> OAuthServer:
        assert isinstance(self.server, _Provider)
        return self.server.provider

    def do_GET(self) -> None:  # the names are http.server's
        address = urlsplit(self.path)
        self.provider.requests.append(address.path)
        query = _query(address.query)
        if address.path == "/authorize":
            page = PAGE.format(query=html.escape(address.query), hint=html.escape(query.get("login_hint", "")))
            self._answer(200, page, "text/html")
        elif address.path == "/userinfo":
            self._tell_owner(self.headers.get("Authorization", "").partition(" ")[2])
        else:
            owner = self.provider.owner_of(query.get("token", ""))
            self._json(200, {"active": True, "email": owner.email} if owner else {"active": False})

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        self.provider.requests.append(address.path)
        form = _query(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if address.path == "/authorize":
            self._send_back(_query(address.query), form)
        elif address.path == "/revoke":
            self._json(*self.provider.give_back(form["token"]))
        else:
            encoded = self.headers.get("Authorization", "").removeprefix("Basic ")
            self._json(*self.provider.token(form, base64.b64decode(encoded).decode()))

    def _send_back(self, asked: dict[str, str], form: dict[str, str]) -> None:
        facts = {"error": "access_denied", "state": asked["state"]}
        if form["answer"] == "allow":
            facts = {"code": self.provider.issue_code(asked, form["email"]), "state": asked["state"]}
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(facts)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _tell_owner(self, access: str) -> None:
        owner = self.provider.owner_of(access)
        if owner is None:
            self._json(401, {"error": "invalid_token"})
        else:
            self._json(200, {"email": owner.email, "email_verified": self.provider.is_address_verified})

    def _json(self, status: int, value: Mapping[str, Any]) -> None:
        self._answer(status, json.dumps(value), "application/json")

    def _answer(self, status: int, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tokens are in what it would write."""
