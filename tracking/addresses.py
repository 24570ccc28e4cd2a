"""Addresses of pixels, links and letters on the host for strangers: how they are made, and found again in a text."""

from __future__ import annotations

import re

from django.conf import settings

from accounts.public_tokens import make_token


def pixel_url(tracked_id: int) -> str:
    return f"{settings.PUBLIC_URL}/t/{make_token('pixel', tracked_id)}.gif"


def link_url(link_id: int) -> str:
    return f"{settings.PUBLIC_URL}/t/{make_token('link', link_id)}"


def web_url(mail_id: int) -> str:
    """Where a letter is read in a browser."""
    return f"{settings.PUBLIC_URL}/w/{make_token('web', mail_id)}"


def look_url(token: str) -> str:
    """Where our own people read it: in the application, which counts nobody."""
    return f"{settings.BASE_URL}/mail/web-letters/{token}/"


def web_pattern() -> str:
    """A pattern with one group, the token."""
    return rf"{re.escape(settings.PUBLIC_URL)}/w/([A-Za-z0-9_-]{{43}})(?![A-Za-z0-9_/-])"


def look_pattern() -> str:
    """Of look_url, the same."""
    return re.escape(look_url("TOKEN")).replace("TOKEN", "([A-Za-z0-9_-]{43})")


def our_address() -> str:
    """A pattern with one group, the token, and a second one, ".gif" of a pixel."""
    return rf"{re.escape(settings.PUBLIC_URL)}/t/([A-Za-z0-9_-]{{43}})(\.gif)?(?![A-Za-z0-9_-])"
