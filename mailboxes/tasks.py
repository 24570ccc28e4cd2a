"""What Celery starts for this room."""

from __future__ import annotations

from celery import shared_task

from mailboxes.revoking import revoke_sealed


@shared_task
def revoke_grant(provider: str, address_key: str, sealed: str) -> None:
    """A lost task leaves a permission that the person can take back on the provider's page."""
    revoke_sealed(provider, address_key, sealed)
