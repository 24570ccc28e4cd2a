"""Entry points for workers."""

from __future__ import annotations

from celery import shared_task

from accounts.tenancy import every_account
from pages import erasing


@shared_task(expires=3600)
def forget_visits() -> None:
    """Beat, each hour."""
    with every_account("visits to pages of cards that were deleted, of all accounts"):
        while erasing.forget_visits() == erasing.AT_ONCE:
            pass
