"""Who asks, in which account: opens the tenant scope for the request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import cast

import structlog
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from accounts.audit import acting_by
from accounts.backends import memberships_of
from accounts.models import Account, ApiToken, Membership, User
from accounts.tenancy import keep_scope, tenant
from accounts.tokens import find_token


class TenantRequest(HttpRequest):
    """A request after this middleware. `member` is None for strangers; with a token, `token` says what it may do."""

    member: Membership | None
    memberships: Sequence[Membership]  # of the person who is signed in, one for each account
    account: Account | None
    token: ApiToken | None
    token_is_wrong: bool


SEEN_EVERY = timedelta(minutes=1)  # how exactly "signed out" is known (G11); spares a write per request
SESSION_KEY = "account"
API_PATH = "/api/"
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class TenantMiddleware:
    """Sets request.member, request.account and request.token, and runs the rest in the scope of the account.

    The account comes from the API token or the session, never from a parameter. DRF authenticates inside the view,
    which is too late for the scope: so the token is looked up here. Only the API asks for scopes, so a token opens
    nothing else: on a page it would have all rights of its member.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, plain: HttpRequest) -> HttpResponseBase:
        request = cast("TenantRequest", plain)
        request.member, request.account, request.token, request.token_is_wrong = None, None, None, False
        request.memberships = ()
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer ") and request.path.startswith(API_PATH):
            self._from_token(request, header.removeprefix("Bearer ").strip())
        elif isinstance(request.user, User):
            request.memberships = _memberships_of(request.user)
            request.member = _chosen(request, request.memberships)
        if request.member is None:
            return self.get_response(request)
        with tenant(request.member.account_id), acting_by(request.token):
            request.account = request.member.account
            structlog.contextvars.bind_contextvars(account_id=request.account.pk, member_id=request.member.pk)
            note_seen(request.member)
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = keep_scope(cast("Iterable[bytes]", response.streaming_content))
            return response

    def _from_token(self, request: TenantRequest, secret: str) -> None:
        token = find_token(secret)
        request.token_is_wrong = token is None
        if token is not None:
            request.token, request.member = token, token.membership
            request.user = token.membership.user


def _memberships_of(user: User) -> list[Membership]:
    return memberships_of(user.pk) if user.known_memberships is None else user.known_memberships


def _chosen(request: HttpRequest, mine: Sequence[Membership]) -> Membership | None:
    """The account chosen in this session, else the first one the user belongs to."""
    chosen = request.session.get(SESSION_KEY)
    member = next((membership for membership in mine if membership.account_id == chosen), None)
    member = member or next(iter(mine), None)
    if member and member.account_id != chosen:
        request.session[SESSION_KEY] = member.account_id
    return member


def note_seen(member: Membership) -> None:
    now = timezone.now()
    if member.last_seen_at is None or now - member.last_seen_at > SEEN_EVERY:
        Membership.objects.filter(pk=member.pk).update(last_seen_at=now)


class PreferencesMiddleware:
    """The member's own language and time zone, for pages and for the words of API errors."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, plain: HttpRequest) -> HttpResponseBase:
        request = cast("TenantRequest", plain)
        if request.member is None:
            return self.get_response(request)
        user = request.member.user
        request.LANGUAGE_CODE = user.language
        with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.timezone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", user.language)
        return response
