"""News for open browsers, by Redis: sent on commit, ids only, and lost without harm (the pages also poll).

An event names its audience: a mailbox (who may see that is decided when it is delivered, by `mailboxes`), one member,
or everyone of the account, for what every member sees, such as cards.
The stream itself is crm_mail.events.
"""

from __future__ import annotations

import functools
import json
import logging

import redis
from django.conf import settings

from accounts.tenancy import current_account_id, on_commit

logger = logging.getLogger(__name__)

RIGHTS = "rights"  # the kind of event that no browser gets: the streams themselves listen to it


def channel(account_id: int) -> str:
    return f"live:{account_id}"


@functools.cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def publish(
    kind: str, *, mailbox_id: int | None = None, member_id: int | None = None, everyone: bool = False, **ids: int
) -> None:
    """Tell open browsers of this account, after the commit. `kind` is such as "mail", "import", "outbox", "notice"."""
    account_id = current_account_id()
    event = json.dumps({"kind": kind, "mailbox": mailbox_id, "member": member_id, "everyone": everyone, **ids})

    def send() -> None:
        try:
            _client().publish(channel(account_id), event)
        except redis.RedisError:
            logger.warning("live event not published", extra={"kind": kind})

    on_commit(send)


def publish_rights() -> None:
    """Somebody may see more or less than a moment ago: the streams ask anew before they pass on anything else."""
    publish(RIGHTS)
