"""Where a page may send people back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_place(request: HttpRequest, asked: str) -> str:
    """The address if it is one of ours, else "": a stranger may have written the link that brought the person here."""
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else ""
