"""The gate of the face: pages of the product are for members of an account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from accounts.errors import NotAllowed, NotFound
from accounts.models import Account, Membership


class MemberRequest(HttpRequest):
    """A request that the middleware has given an account (accounts.middleware, django_htmx)."""

    member: Membership
    account: Account
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def member_required(view: View) -> View:
    """To the sign-in page; a fragment must not be replaced by that page, so htmx is told by 401 and an event.

    What the services refuse becomes the page's 404 or 403. What members see is theirs: no cache may keep it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "member", None) is None:
            return _sign_in(request)
        try:
            response = view(cast("MemberRequest", request), *args, **kwargs)
        except NotFound as error:
            raise Http404 from error
        except NotAllowed as error:
            raise PermissionDenied from error
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def administrator_required(view: View) -> View:
    """403 for other members."""

    @wraps(view)
    def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.member.is_admin:
            raise NotAllowed
        return view(request, *args, **kwargs)

    return member_required(guarded)


def _sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:  # taken out of every account: the sign-in page would send them back here
        raise PermissionDenied
    if getattr(request, "htmx", False):
        return trigger_client_event(HttpResponse(status=HTTPStatus.UNAUTHORIZED), "signed-out")
    return redirect_to_login(_page_of(request))


def _page_of(request: HttpRequest) -> str:
    """Where to go on after the sign-in. Most addresses of forms can only be posted to: then the page with the form."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()
