"""Starting tasks from below: by name, because tasks import what starts them."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.tenancy import current_account_id

logger = logging.getLogger(__name__)


def start(task: str, order_id: int) -> None:
    """After the commit. Without a broker it is lost: the sweep does the same within a minute of the broker's return."""
    account_id = current_account_id()

    def send() -> None:
        try:
            current_app.send_task(f"privacy.tasks.{task}", (account_id, order_id))
        except OperationalError:
            logger.warning("broker unreachable", extra={"task": task})

    transaction.on_commit(send)
