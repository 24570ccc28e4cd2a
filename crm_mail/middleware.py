"""What every request and every answer passes: a name for the logs, and compression."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

ACCEPTABLE = re.compile(r"[\w.-]{8,64}\Z")  # of a proxy in front; anything else could forge log lines
COMPRESSED = ("text/", "application/json", "application/problem+json")


class RequestIdMiddleware:
    """X-Request-ID in and out, and on every log line between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if ACCEPTABLE.match(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class CompressTextMiddleware(GZipMiddleware):
    """Pages and answers of the API. Files of letters go as they are: large, and mostly packed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = response.headers.get("Content-Type", "").startswith(COMPRESSED)
        return super().process_response(request, response) if is_text else response
