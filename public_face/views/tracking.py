"""Pixels and links of letters (M97). They answer at once; who it was is judged later (tracking.judging)."""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse

from accounts.models import Account
from accounts.public_tokens import PublicId, read_token
from accounts.tenancy import tenant
from public_face.answers import not_found, page
from public_face.visitors import visit_of
from tracking.hits import note_click, note_open
from tracking.targets import web_address

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # 1 x 1, transparent
METHODS = ("GET", "HEAD")


def pixel(request: HttpRequest, token: str) -> HttpResponse:
    """A letter is shown, by somebody or something."""
    letter = read_token("pixel", token)
    if letter is None or request.method not in METHODS:
        return not_found(request)
    with tenant(letter.account_id):
        is_known = note_open(letter.row_id, visit_of(request))
    return HttpResponse(PIXEL, content_type="image/gif") if is_known else not_found(request)


def link(request: HttpRequest, token: str) -> HttpResponse:
    """To where the row says, whatever else stands in the address."""
    followed = read_token("link", token)
    if followed is None or request.method not in METHODS:
        return not_found(request)
    with tenant(followed.account_id):
        target = note_click(followed.row_id, visit_of(request))
    if target is None:
        return not_found(request)
    return _redirect(target) if target else _thank(followed)


def _redirect(target: str) -> HttpResponse:
    """Headers are ASCII: of an address in other letters, the spelling that browsers ask for."""
    return HttpResponse(status=302, headers={"Location": web_address(target) or target})


def _thank(followed: PublicId) -> HttpResponse:
    return page("public/thanks.html", account=Account.objects.get(pk=followed.account_id))
