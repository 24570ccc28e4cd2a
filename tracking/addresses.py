"""Addresses of pixels and links on the host for strangers: how they are made, and found again in a text."""

from __future__ import annotations

import re

from django.conf import settings

from accounts.public_tokens import make_token


def pixel_url(tracked_id: int) -> str:
    return f"{settings.PUBLIC_URL}/t/{make_token('pixel', tracked_id)}.gif"


def link_url(link_id: int) -> str:
    return f"{settings.PUBLIC_URL}/t/{make_token('link', link_id)}"


def our_address() -> str:
    """A pattern with one group, the token, and a second one, ".gif" of a pixel."""
    return rf"{re.escape(settings.PUBLIC_URL)}/t/([A-Za-z0-9_-]{{43}})(\.gif)?(?![A-Za-z0-9_-])"
