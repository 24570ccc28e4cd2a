"""Who is signed in: asked for with every request of a page or by a session, so in one query.

The statement is written once. Django would build it anew for each request, which takes longer than its answer.
"""

from __future__ import annotations

import functools

from allauth.account.auth_backends import AuthenticationBackend
from django.db import models

from accounts.models import Account, Membership, User
from accounts.prepared import columns_of, prepared_rows, read_together
from accounts.tenancy import every_account

_MODELS: tuple[type[models.Model], ...] = (Membership, Account, User)


def memberships_of(user_id: int) -> list[Membership]:
    """Of this person in all accounts, with the account; all have the same `user`."""
    with every_account("sign-in"):
        rows = prepared_rows(_statement(), [user_id])
    mine: list[Membership] = []
    for row in rows:
        membership, account, user = read_together(_MODELS, row)
        membership.account = account
        membership.user = mine[0].user if mine else user
        mine.append(membership)
    return mine


class MemberBackend(AuthenticationBackend):
    """allauth's, which finds the person of a session together with his memberships (`User.known_memberships`)."""

    def get_user(self, user_id: int) -> User | None:
        mine = memberships_of(user_id)
        user = mine[0].user if mine else User.objects.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.known_memberships = mine
        return user


@functools.cache
def _statement() -> str:
    member, account, user = (f'"{model._meta.db_table}"' for model in _MODELS)
    return (
        f"SELECT {', '.join(map(columns_of, _MODELS))} FROM {member} "  # noqa: S608  (our own)
        f"JOIN {account} ON {account}.id = {member}.account_id JOIN {user} ON {user}.id = {member}.user_id "
        f"WHERE {member}.user_id = %s AND {member}.is_active ORDER BY {member}.id"
    )
