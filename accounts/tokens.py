"""API tokens: made, looked up, taken back. The secret is shown once; we keep its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record
from accounts.errors import NotAllowed, NotFound
from accounts.ids import row_number
from accounts.models import ApiToken, Membership
from accounts.tenancy import every_account

PREFIX = "crm_live_"
USED_EVERY = timedelta(minutes=1)  # how exactly last_used_at is kept


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_token(
    member: Membership,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    made_by: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which nobody can read again. It ends with the token that it was made by."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        membership=member,
        name=name,
        prefix=secret[: len(PREFIX) + 6],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        made_by=made_by,
    )
    return token, secret


@transaction.atomic
def revoke_token(member: Membership, token_id: int | str, *, asking: ApiToken | None = None) -> None:
    """One of the member's own tokens, and all that were made with it, stop working at once. Raises NotFound.

    Asked for by a token: NotAllowed when that one may do less, or who steals the least of them could stop all others.
    """
    token = ApiToken.objects.filter(membership=member, pk=row_number(token_id)).first()
    if token is None:
        raise NotFound
    if asking is not None and not set(token.scopes) <= set(asking.scopes):
        raise NotAllowed
    record(member, "token.revoked", target=token)
    token.delete()


def find_token(secret: str) -> ApiToken | None:
    """The living token of a living member, with member, user and account; None for everything else."""
    now = timezone.now()
    with every_account("api token"):
        token = (
            ApiToken.objects.select_related("membership__user", "membership__account")
            .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), digest=digest_of(secret))
            .filter(membership__is_active=True, membership__user__is_active=True)
            .first()
        )
        if token and (token.last_used_at is None or now - token.last_used_at > USED_EVERY):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def allowed_scopes(member: Membership) -> list[str]:
    """What a token of this member may be given at most."""
    return [s for s in ApiToken.Scope.values if s != ApiToken.Scope.ADMIN or member.is_admin]
