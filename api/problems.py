"""Errors as RFC 9457 problem documents: the one shape of everything under /api/ that is not a success."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from api.domain_errors import to_api_exception

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:crm-mail:problem:"
TITLES: dict[int, str | Promise] = {
    400: _("The request is not acceptable"),
    401: _("Sign in, or send a token"),
    403: _("Not allowed"),
    404: _("There is nothing here"),
    405: _("This method does not work here"),
    409: _("In conflict with something else"),
    410: _("No longer there"),
    412: _("Changed meanwhile"),
    413: _("Too large"),
    415: _("This format is not understood"),
    422: _("In conflict with an earlier request"),
    429: _("Too many requests"),
    500: _("Something broke on our side"),
    503: _("Something that this needs is out of reach"),
}


def problem(status: int, slug: str, detail: str, request: HttpRequest | Request, **more: object) -> dict[str, Any]:
    """The document. `slug` is the last part of its type; `more` are members of this type of problem."""
    return {
        "type": TYPE_PREFIX + slug,
        "title": str(TITLES.get(status, HTTPStatus(status).phrase)),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": getattr(request, "request_id", ""),
        **more,
    }


def problem_response(status: int, slug: str, detail: str, request: HttpRequest) -> JsonResponse:
    """For what fails outside of DRF's views."""
    return JsonResponse(problem(status, slug, detail, request, errors=[]), status=status, content_type=MEDIA_TYPE)


def pointer_to(attribute: str | None) -> str:
    """A JSON pointer in a fragment (RFC 6901 section 6), as the examples of RFC 9457 have it: "#/imap/host"."""
    if not attribute or attribute == "non_field_errors":
        return "#"
    return "#/" + attribute.replace(".", "/")


class ProblemFormatter(ExceptionFormatter):
    """One document for one exception. Validation errors come one by one, each with its place in the body."""

    def run(self) -> dict[str, Any]:
        errors = self.get_errors()
        is_validation = isinstance(self.exc, exceptions.ValidationError)
        listed = [{"pointer": pointer_to(error.attr), "code": error.code, "detail": error.detail} for error in errors]
        detail = errors[0].detail if errors else str(self.exc.detail)
        slug = "invalid-request" if is_validation else self.exc.default_code.replace("_", "-")
        return problem(
            self.exc.status_code,
            slug,
            detail,
            cast("Request", self.context["request"]),
            errors=listed if is_validation else [],
            **getattr(self.exc, "members", {}),
        )


class ProblemHandler(ExceptionHandler):
    """The package's handler with our own table of domain errors, our document and its media type."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        known: Exception = super().convert_known_exceptions(exc)
        return to_api_exception(known) or known

    def format_exception(self, exc: exceptions.APIException) -> dict[str, Any]:
        return ProblemFormatter(exc, self.context, self.exc).run()

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        return Response(data, status=exc.status_code, headers=self.get_headers(exc), content_type=MEDIA_TYPE)


def exception_handler(exc: Exception, context: Any) -> Response | None:  # noqa: ANN401  (DRF's signature)
    response: Response | None = ProblemHandler(exc, context).run()
    return response
