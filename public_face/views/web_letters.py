"""Letters in a browser ({weblink}), for programs that show no forms, or show the letter badly."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts.public_tokens import read_token
from accounts.tenancy import tenant
from pages.web_letters import WebLetter, get_image, show_letter
from public_face.answers import not_found
from public_face.visitors import visit_of
from tracking.hits import note_open

METHODS = ("GET", "HEAD")
# As its author wrote it: pictures from everywhere, but nothing that runs, and forms to us alone.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https: data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def letter(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it is opening the letter; who it was is judged later, as with a pixel."""
    named = read_token("web", token)
    if named is None or request.method not in METHODS:
        return not_found(request)
    with tenant(named.account_id):
        shown = show_letter(named.row_id)
        if shown is None:
            return not_found(request)
        if shown.tracked_id is not None:
            note_open(shown.tracked_id, visit_of(request))
    return letter_page(shown)


def letter_page(shown: WebLetter, *, status: int = HTTPStatus.OK) -> HttpResponse:
    html = render_to_string("public/letter.html", {"letter": shown})
    headers = {"Content-Security-Policy": POLICY, "Content-Language": shown.language}
    return HttpResponse(html, status=status, headers=headers)


def image(request: HttpRequest, token: str, content_id: str) -> HttpResponse:
    """A picture that stands in the letter."""
    named = read_token("web", token)
    if named is None or request.method not in METHODS:
        return not_found(request)
    with tenant(named.account_id):
        found = get_image(named.row_id, content_id)
    return HttpResponse(found.content, content_type=found.content_type) if found else not_found(request)
