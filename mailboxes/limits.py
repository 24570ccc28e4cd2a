"""How often people may have other servers asked for them: else our addresses could be used to try passwords and to
knock at the doors of others. Counted in the cache, for each member and for their account, in fixed windows.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from accounts.models import Membership
from mailboxes.errors import TooManyTries

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in a window."""

    member: int
    account: int


LIMITS = {
    "test": Limit(member=20, account=60),  # signing in to mail servers
    "detect": Limit(member=30, account=120),  # looking for the servers of an address
    "preview": Limit(member=120, account=600),  # rendering somebody's template, which takes seconds at worst
    "image": Limit(member=600, account=3000),  # showing what somebody writes with images from anywhere
    "alias": Limit(member=10, account=30),  # mailing links to addresses of others
    "oauth": Limit(member=20, account=60),  # going to a provider's sign-in page
}


def check(member: Membership, action: str) -> None:
    """Count this time. Raises TooManyTries. `action` is a key of LIMITS."""
    limit = LIMITS[action]
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    counters = {f"member:{member.pk}": limit.member, f"account:{member.account_id}": limit.account}
    for who, most in counters.items():
        if _count(f"tries:{action}:{who}:{window}") > most:
            raise _refusal(WINDOW_SECONDS - passed)


def _count(key: str) -> int:
    """How often, with this time. Nobody is refused because the cache is away: what is asked of servers is bounded by
    `live_sessions` too.
    """
    try:
        cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
        return int(cache.incr(key))
    except (RedisError, ValueError):  # ValueError: the cache forgot the key in between
        logger.warning("a try was not counted")
        return 1


def _refusal(seconds: int) -> TooManyTries:
    minutes = -(-seconds // 60)
    words = ngettext(
        "That was tried very often. Wait %(count)d minute, then try again.",
        "That was tried very often. Wait %(count)d minutes, then try again.",
        minutes,
    )
    return TooManyTries(words % {"count": minutes}, retry_after=seconds)
