"""Browsers ask each host for an icon, whatever page they show."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

HEADERS = {"Cache-Control": "public, max-age=86400"}


def no_icon(request: HttpRequest) -> HttpResponse:
    """None: ours has no place on the pages of clients. They need not ask again today."""
    del request
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=HEADERS)
