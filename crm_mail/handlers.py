"""Errors outside of any view, in the words of the face that was asked."""

from __future__ import annotations

from http import HTTPStatus
from typing import NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.translation import gettext as _

from api.problems import problem_response
from web.views import errors

API = "/api/"


def closed(_request: HttpRequest) -> NoReturn:
    """A page of allauth that we do not offer: there people could take any address as theirs, proved by nothing."""
    raise Http404


def favicon(_request: HttpRequest) -> HttpResponse:
    """Where browsers look for it when no page names it: beside JSON, files and pages of errors."""
    return redirect(static("web/img/favicon.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem_response(HTTPStatus.BAD_REQUEST, "bad-request", _("The request is malformed."), request)
    return errors.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem_response(HTTPStatus.FORBIDDEN, "permission-denied", _("This is not allowed."), request)
    return errors.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem_response(HTTPStatus.NOT_FOUND, "not-found", _("There is no such path."), request)
    return errors.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        detail = _("It was written down. Name the request id when you ask.")
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "error", detail, request)
    return errors.server_error(request)
