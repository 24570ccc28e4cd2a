"""Starting tasks from below: by name, because tasks import what starts them."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def start(task: str, *arguments: int, expires: int | None = None) -> None:
    """Start it now. Without a broker it is lost: a sweep does the same within a minute of the broker's return.

    `expires`: seconds after which nobody needs it any more.
    """
    try:
        current_app.send_task(f"sync.tasks.{task}", arguments, expires=expires)
    except OperationalError:
        logger.warning("broker unreachable", extra={"task": task})
