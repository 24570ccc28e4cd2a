"""Who asks, as far as a request tells."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from tracking.visits import Visit

# Browsers and apps that fetch ahead say so: https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Purpose
PREFETCH_HEADERS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
PREFETCH_WORDS = ("prefetch", "prerender", "preview")
USER_AGENT_CHARS = 400


def visit_of(request: HttpRequest) -> Visit:
    return Visit(
        at=timezone.now(),
        method=request.method or "",
        is_prefetch=is_prefetch(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:USER_AGENT_CHARS],
        ip=address_of(request),
    )


def is_prefetch(request: HttpRequest) -> bool:
    said = " ".join(request.META.get(name, "") for name in PREFETCH_HEADERS).lower()
    return any(word in said for word in PREFETCH_WORDS)


def address_of(request: HttpRequest) -> str | None:
    """As the outermost proxy of ours saw it; what stands before that the visitor may have made up."""
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if trusted else []
    address = passed[-min(trusted, len(passed))].strip() if passed else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
