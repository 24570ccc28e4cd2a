""" "Undo" in a toast: what was done is kept in the cache for a while, under a name that works for its member, once."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Membership
from threads.rearranging import Origin, Rearranged, undo_rearranging
from threads.services import UNDO_TIME, mark_messages, undo_deleting

logger = logging.getLogger(__name__)

Facts = dict[str, Any]


def undo_url_of_marking(member: Membership, message_ids: list[int], *, is_read: bool) -> str:
    return _remember(member, "unmark", {"message_ids": message_ids, "is_read": not is_read})


def undo_url_of_deleting(member: Membership, message_ids: list[int], *, is_one: bool) -> str:
    """`is_one`: a letter of a conversation that stays open, and is drawn anew."""
    return _remember(member, "undelete_one" if is_one else "undelete", {"message_ids": message_ids})


def undo_url_of_rearranging(member: Membership, made: Rearranged) -> str:
    return _remember(member, "put_back", {"number": made.number, "origins": [list(row) for row in made.origins]})


@dataclass(frozen=True, slots=True)
class Undone:
    """`count` letters are as they were; 0: it is too late."""

    count: int
    is_rearranged: bool = False


def undo(member: Membership, token: str) -> Undone:
    kept = cache.get(_key(member, token))
    if kept is None:
        return Undone(0)
    cache.delete(_key(member, token))
    kind, facts = kept
    return Undone(UNDO[kind](member, facts), kind in ("put_back", "undelete_one"))


UNDO: dict[str, Callable[[Membership, Facts], int]] = {
    "unmark": lambda member, facts: mark_messages(member, facts["message_ids"], is_read=facts["is_read"]),
    "undelete": lambda member, facts: undo_deleting(member, facts["message_ids"]),
    "undelete_one": lambda member, facts: undo_deleting(member, facts["message_ids"]),
    "put_back": lambda member, facts: undo_rearranging(
        member, facts["number"], [Origin(*row) for row in facts["origins"]]
    ),
}


def _remember(member: Membership, kind: str, facts: Facts) -> str:
    """Where to POST. "" without a cache: what was done is done, but cannot be taken back."""
    token = secrets.token_urlsafe(16)
    try:
        cache.set(_key(member, token), (kind, facts), UNDO_TIME.total_seconds())
    except redis.RedisError:
        logger.warning("undo not kept", exc_info=True)
        return ""
    return reverse("mail_undo", args=[token])


def _key(member: Membership, token: str) -> str:
    return f"undo:{member.pk}:{token}"
