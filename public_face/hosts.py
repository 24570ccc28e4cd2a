"""Which host was asked for: that of the application, or the one for strangers. Neither knows the other's paths."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.urls import get_resolver, set_urlconf

from pages.addresses import label_of
from public_face.answers import not_found, protect

URLCONF = "public_face.urls"
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def is_public_host(header: str) -> bool:
    """By the name alone: ports differ between what a proxy sees and what it passes on."""
    name, _port = split_domain_port(header)
    return name == urlsplit(settings.PUBLIC_URL).hostname or bool(label_of(name))


class PublicHostMiddleware:
    """Answers for the host of PUBLIC_URL at once. What comes after it is for people who sign in: sessions, cookies,
    CSRF tokens. Strangers have none of it, and a pixel must cost next to nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_public_host(request.META.get("HTTP_HOST", "")):
            return self.get_response(request)
        set_urlconf(URLCONF)  # Django sets its own again with the next request; errors are answered by this one
        return protect(_answer(request))


def _answer(request: HttpRequest) -> HttpResponseBase:
    try:
        found = get_resolver(URLCONF).resolve(request.path_info)
        return found.func(request, *found.args, **found.kwargs)
    except Http404:
        return not_found(request)
