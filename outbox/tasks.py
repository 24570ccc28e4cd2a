"""Entry points for workers. The queue is the rows: a lost task is made up for by the next sweep of beat (every 5 s).

Beat needs the broker too, so while Redis is away nothing is sent; nothing is lost either, and the first sweep after it
finds all that is due. `expires`: wake-ups do not pile up while workers are busy, the sweep makes new ones.
"""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import tenant
from outbox import bounces, purging
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
    """What this mailbox has to send now."""
    with tenant(account_id):
        has_more = deliver(mailbox_id)
    if has_more:  # behind those that wait
        deliver_mailbox.apply_async((account_id, mailbox_id), expires=WAKE_UP_SECONDS)


@shared_task(expires=60)
def read_bounces() -> None:
    """Beat, every minute."""
    for account_id in bounces.list_accounts_with_reports():
        handle_bounces.apply_async((account_id,), expires=60)


@shared_task
def handle_bounces(account_id: int) -> None:
    with tenant(account_id):
        bounces.handle_waiting()


@shared_task(expires=600)
def purge_due() -> None:
    """Beat, each hour: accounts with files that nothing names any more, or drafts whose letters are sent."""
    for account_id in purging.list_accounts(timezone.now()):
        purge_account.apply_async((account_id,), expires=3600)


@shared_task
def purge_account(account_id: int) -> None:
    """A long one goes on with the next sweep."""
    with tenant(account_id):
        purging.purge(timezone.now())
