"""Pages of clients (M110). Each visit is noted and judged as the opening of a letter is."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from accounts.public_tokens import read_token
from accounts.tenancy import tenant
from letter_templates.errors import PartRefused
from pages.addresses import label_of
from pages.serving import serve_page
from public_face.answers import not_found, server_error
from public_face.visitors import visit_of
from tracking.hits import note_open

METHODS = ("GET", "HEAD")

logger = logging.getLogger(__name__)


def page(request: HttpRequest, token: str, tail: str = "") -> HttpResponse:
    """`tail` is for people who read the address: whatever it is, the token says which page it is."""
    del tail
    asked = read_token("page", token)
    if asked is None or request.method not in METHODS:
        return not_found(request)
    host, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
    with tenant(asked.account_id):
        try:
            served = serve_page(asked.row_id, label=label_of(host))
        except PartRefused as error:
            logger.warning("page cannot be shown", extra={"link_id": asked.row_id, "reason": error.reason})
            return server_error(request)
        if served is None:
            return not_found(request)
        note_open(served.tracked_id, visit_of(request))
    return HttpResponse(served.html, headers={"Content-Security-Policy": served.policy})
