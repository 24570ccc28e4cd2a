"""Who asks. The middleware has read token and session already (the tenant scope needs them); here they are judged."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.middleware import TenantRequest
from accounts.models import ApiToken, User


class MemberAuthentication(SessionAuthentication):
    """A bearer token, or the session of our own pages; a session needs the CSRF token for what is not only read."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken | None] | None:
        asked = cast("TenantRequest", request)  # DRF's request passes on what the middleware has set
        if asked.token_is_wrong:
            raise AuthenticationFailed(_("This token is unknown, expired or taken back."))
        if asked.member is None:
            return None
        if asked.token is None:
            self.enforce_csrf(request)
        return asked.member.user, asked.token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
