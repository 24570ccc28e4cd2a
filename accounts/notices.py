"""Notices at the bell: one row a member, words made when shown."""

from __future__ import annotations

from collections.abc import Iterable

from accounts import live
from accounts.models import Membership, Notice


def notify(members: Iterable[Membership], kind: str, **facts: str | int) -> None:
    """Tell these members, in the caller's transaction."""
    notices = Notice.objects.bulk_create(Notice(membership=member, kind=kind, facts=facts) for member in members)
    for notice in notices:
        live.publish("notice", member_id=notice.membership_id)
