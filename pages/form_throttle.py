"""How often a form is answered: people need seconds for it, programs do not."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.tenancy import current_account_id
from pages.form_answers import count_recent

MOST_A_MINUTE, MOST_A_DAY = 10, 200  # each is a note on a card
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

logger = logging.getLogger(__name__)


def wait_of(tracked_id: int, now: datetime) -> timedelta | None:
    """How long until the next answer is taken; None: now. Asked once for each answer: it counts."""
    if not _may_in_minute(tracked_id, now):
        return MINUTE
    return DAY if count_recent(tracked_id, DAY) >= MOST_A_DAY else None


def _may_in_minute(tracked_id: int, now: datetime) -> bool:
    """Without Redis the stored answers are counted."""
    key = f"form:{current_account_id()}:{tracked_id}:{int(now.timestamp()) // 60}"
    try:
        cache.add(key, 0, timeout=120)
        return int(cache.incr(key)) <= MOST_A_MINUTE
    except (RedisError, ValueError):  # ValueError: emptied between the two
        logger.warning("form throttle without redis")
        return count_recent(tracked_id, MINUTE) < MOST_A_MINUTE
