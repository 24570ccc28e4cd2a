"""Entry points for workers. The queue is the rows: a lost task is made up for by the next sweep of beat (every 5 s).

Beat needs the broker too, so while Redis is away nothing is sent; nothing is lost either, and the first sweep after it
finds all that is due. `expires`: wake-ups do not pile up while workers are busy, the sweep makes new ones.
"""

from __future__ import annotations

from celery import shared_task

from accounts.tenancy import tenant
from outbox.delivery import deliver, list_mailboxes_with_work

WAKE_UP_SECONDS = 60
# A letter of 100 MB over a slow line takes its time. Below the broker's visibility time-out, or the task runs twice.
SOFT_LIMIT_SECONDS, HARD_LIMIT_SECONDS = 540, 570


@shared_task(expires=5)
def deliver_due() -> None:
    """Beat, every 5 seconds: one wake-up for each mailbox with something to do."""
    for account_id, mailbox_id in list_mailboxes_with_work():
        deliver_mailbox.apply_async((account_id, mailbox_id), expires=WAKE_UP_SECONDS)


@shared_task(soft_time_limit=SOFT_LIMIT_SECONDS, time_limit=HARD_LIMIT_SECONDS)
def deliver_mailbox(account_id: int, mailbox_id: int) -> None:
    """All that this mailbox has to send now."""
    with tenant(account_id):
        deliver(mailbox_id)
