"""The audit log: every right changed, every access to another's mail, exports and deletions (G12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.utils import timezone

from accounts.models import ApiToken, AuditEvent, Membership

_token: ContextVar[ApiToken | None] = ContextVar("acting_token", default=None)


@contextmanager
def acting_by(token: ApiToken | None) -> Iterator[None]:
    """What is written down inside was done with this token of the actor; None: in person."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


def record(
    actor: Membership | None, action: str, *, target: models.Model | None = None, **facts: str | int | bool
) -> AuditEvent:
    """Write one line, in the caller's transaction. Facts are ids and settings, never addresses of clients or text.

    The token's name stands beside its id, because it may be revoked when somebody asks.
    """
    token = _token.get()
    used: dict[str, str | int] = {"token": token.pk, "token_name": token.name} if token else {}
    return AuditEvent.objects.create(
        actor=actor,
        action=action,
        target_type=target._meta.model_name or "" if target else "",
        target_id=target.pk if target else None,
        facts={**facts, **used},
    )


def with_action(events: models.QuerySet[AuditEvent], action: str) -> models.QuerySet[AuditEvent]:
    """Of one action; "mailbox." means all that begin so."""
    return events.filter(action__startswith=action) if action.endswith(".") else events.filter(action=action)


def record_once_a_day(actor: Membership, action: str, *, target: models.Model) -> None:
    """For what would fill the log otherwise: the first time that this member did it to this target today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = AuditEvent.objects.filter(actor=actor, action=action, created_at__gte=today)
    if not done.filter(target_type=target._meta.model_name, target_id=target.pk).exists():
        record(actor, action, target=target)
