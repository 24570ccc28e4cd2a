"""The audit log: every right changed, every access to another's mail, exports and deletions (G12)."""

from __future__ import annotations

from django.db import models

from accounts.models import AuditEvent, Membership


def record(
    actor: Membership | None, action: str, *, target: models.Model | None = None, **facts: str | int | bool
) -> None:
    """Write one line, in the caller's transaction. Facts are ids and settings, never addresses of clients or text."""
    AuditEvent.objects.create(
        actor=actor,
        action=action,
        target_type=target._meta.model_name or "" if target else "",
        target_id=target.pk if target else None,
        facts=facts,
    )
