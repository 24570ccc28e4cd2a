"""API tokens: made, looked up, taken back. The secret is shown once; we keep its SHA-256."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import models, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.errors import NotAllowed, NotFound
from accounts.ids import row_number
from accounts.models import Account, ApiToken, Membership, User
from accounts.prepared import columns_of, prepared_rows, read_together
from accounts.tenancy import every_account

PREFIX = "crm_live_"
_MODELS: tuple[type[models.Model], ...] = (ApiToken, Membership, Account, User)
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
        rows = prepared_rows(_statement(), [digest_of(secret), now])
        token = _read(rows[0]) if rows else None
        if token and (token.last_used_at is None or now - token.last_used_at > USED_EVERY):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _read(row: Sequence[Any]) -> ApiToken:
    token, member, account, user = read_together(_MODELS, row)
    member.account, member.user, token.membership = account, user, member
    return cast("ApiToken", token)


@functools.cache
def _statement() -> str:
    """Written once: it is asked with every request of a program (see accounts.backends)."""
    token, member, account, user = (f'"{model._meta.db_table}"' for model in _MODELS)
    return (
        f"SELECT {', '.join(map(columns_of, _MODELS))} FROM {token} "  # noqa: S608  (our own)
        f"JOIN {member} ON {member}.id = {token}.membership_id JOIN {account} ON {account}.id = {member}.account_id "
        f"JOIN {user} ON {user}.id = {member}.user_id WHERE {token}.digest = %s "
        f"AND ({token}.expires_at IS NULL OR {token}.expires_at > %s) AND {member}.is_active AND {user}.is_active"
    )


def allowed_scopes(member: Membership) -> list[str]:
    """What a token of this member may be given at most."""
    return [s for s in ApiToken.Scope.values if s != ApiToken.Scope.ADMIN or member.is_admin]
