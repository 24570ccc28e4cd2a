"""What happens in the rooms and has to be seen to by all of them. Receivers only start a task."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from accounts.tenancy import current_account_id
from crm_mail.tasks import remove_mailbox
from mailboxes.models import Mailbox
from mailboxes.signals import mailbox_given_up

logger = logging.getLogger(__name__)


@receiver(mailbox_given_up, dispatch_uid="crm_mail.start_removing")
def start_removing(mailbox: Mailbox, **_kwargs: object) -> None:
    transaction.on_commit(partial(_start, current_account_id(), mailbox.pk))


def _start(account_id: int, mailbox_id: int) -> None:
    try:
        remove_mailbox.delay(account_id, mailbox_id)
    except OperationalError:  # the broker is away: `remove_due` will see to it
        logger.warning("removal not started", extra={"mailbox_id": mailbox_id})
