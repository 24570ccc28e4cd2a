"""Asking for a visit."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.tenancy import current_account_id
from mailboxes.models import Mailbox
from sync.tasks import sync_now

logger = logging.getLogger(__name__)


@transaction.atomic
def request_sync(mailbox: Mailbox) -> None:
    """ "Sync now" (K11). Send-only mailboxes have nothing to sync."""
    if not mailbox.can_receive:
        return
    account_id, mailbox_id = current_account_id(), mailbox.pk
    due = Mailbox.objects.filter(pk=mailbox_id)
    due.update(next_sync_at=timezone.now())
    due.filter(state=Mailbox.State.SYNCED).update(state=Mailbox.State.SYNCING)
    transaction.on_commit(lambda: start_sync(account_id, mailbox_id))


def start_sync(account_id: int, mailbox_id: int) -> None:
    """Start the task now. Without a broker the sweep does it within a minute of the broker's return."""
    try:
        sync_now.delay(account_id, mailbox_id)
    except OperationalError:
        logger.warning("broker unreachable", extra={"mailbox_id": mailbox_id})
