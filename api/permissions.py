"""What the asker may do: a member of an account, with the scope that the view names."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.freshness import is_fresh
from accounts.middleware import TenantRequest
from accounts.tokens import allowed_scopes

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which loads this module by its settings

ANY_TOKEN = ""  # the scope of views that every member may use with every token


def granted_scopes(request: Request) -> set[str]:
    """Those of the token, as far as the member still has them; a session has all of the member's."""
    asked = cast("TenantRequest", request)  # DRF's request passes on what the middleware has set
    allowed = set(allowed_scopes(asked.member)) if asked.member else set()
    return allowed & set(asked.token.scopes) if asked.token else allowed


def required_scope(view: APIView, method: str) -> str:
    """A view without `read_scope` and `write_scope` is an error of ours, and is refused by AttributeError."""
    return str(view.read_scope if method in SAFE_METHODS else view.write_scope)  # type: ignore[attr-defined]


class IsFresh(BasePermission):
    """Sudo mode: secrets and rights are not changed by a session that is no longer fresh. Tokens have their scopes."""

    message = _("Enter your password again: at /settings/confirm/ in the browser.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        asked = cast("TenantRequest", request)
        is_change = request.method not in SAFE_METHODS and getattr(view, "needs_fresh_sign_in", False)
        return not is_change or asked.token is not None or asked.member is None or is_fresh(asked)


class IsMember(BasePermission):
    """401 without a member, 403 without the scope."""

    message = _("This needs a scope that the token or the member does not have.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if cast("TenantRequest", request).member is None:
            return False  # DRF makes it a 401
        if getattr(view, "action", None) is None:
            return True  # the method does not exist here, and dispatch says so: 405
        scope = required_scope(view, request.method or "")
        return scope == ANY_TOKEN or scope in granted_scopes(request)


def require_scope(request: Request, scope: str) -> None:
    """Beside that of the view, for what some requests do only. Raises PermissionDenied."""
    if scope not in granted_scopes(request):
        raise PermissionDenied(gettext("This needs the scope %(scope)s, too.") % {"scope": str(scope)})
