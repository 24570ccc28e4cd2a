"""What strangers get: one 404 for all that is not there, pages in the account's language, and headers that keep all
of it out of search engines, caches and other people's frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Account

# Our own pages: no script, nothing from elsewhere. A page or letter of the account brings its own policy.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Referrer-Policy": "no-referrer",  # the address is the key: whom it leads to shall not learn it
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def protect(response: AnyResponse) -> AnyResponse:
    """The headers of every answer, where the view has not chosen its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if isinstance(response, HttpResponse):  # without its length the server would have to hang up, or send it in chunks
        response.headers.setdefault("Content-Length", str(len(response.content)))
    if settings.SECURE_HSTS_SECONDS:
        response.headers.setdefault(
            "Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        )
    return response


def page(
    template: str, context: Mapping[str, Any] | None = None, *, account: Account, status: int = HTTPStatus.OK
) -> HttpResponse:
    """A page of ours for strangers, who are the account's clients: in its language."""
    return _page(template, context, language=account.language, status=status)


def not_found(request: HttpRequest) -> HttpResponse:
    """THE 404: unknown, expired, of another purpose and misspelled look the same. It knows no account, so it speaks
    the visitor's language.
    """
    return _error(request, "public/not_found.html", HTTPStatus.NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: longer than we read, or no request at all."""
    del exception
    return protect(_error(request, "public/bad_request.html", HTTPStatus.BAD_REQUEST))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return protect(_error(request, "public/server_error.html", HTTPStatus.INTERNAL_SERVER_ERROR))


def _error(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    response = _page(template, None, language=translation.get_language_from_request(request), status=status)
    response.headers["Vary"] = "Accept-Language"
    return response


def _page(template: str, context: Mapping[str, Any] | None, *, language: str, status: int) -> HttpResponse:
    """Without the request: the context processors of the application want a session."""
    with translation.override(language):
        html = render_to_string(template, {"language": language, **(context or {})})
    return HttpResponse(html, status=status, headers={"Content-Language": language})
