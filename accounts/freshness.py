"""How long ago somebody proved who they are in this session: secrets and rights are changed shortly after it only."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

SESSION_KEY = "proved_at"  # seconds since 1970


def note_proof(request: HttpRequest) -> None:
    """Password or second factor was right, just now."""
    request.session[SESSION_KEY] = timezone.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Within SUDO_MINUTES of signing in, or of giving the password again."""
    proved_at = request.session.get(SESSION_KEY)
    limit = timezone.now() - timedelta(minutes=settings.SUDO_MINUTES)
    return isinstance(proved_at, float) and proved_at > limit.timestamp()


def connect_signals() -> None:
    """Every way in ends in Django's signal; allauth's comes when a signed-in person proves it again on its pages."""
    user_logged_in.connect(_note_sign_in, dispatch_uid="freshness")
    authentication_step_completed.connect(_note_sign_in, dispatch_uid="freshness")


def _note_sign_in(sender: object, request: HttpRequest | None = None, **_kwargs: object) -> None:
    if request is not None:
        note_proof(request)
