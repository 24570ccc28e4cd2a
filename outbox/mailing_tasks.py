"""Entry points for workers that make the letters of mailings. As in outbox.tasks, the queue is rows: beat finds what a
lost task has left.
"""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import tenant
from outbox import feeding

WAKE_UP_SECONDS = 60


@shared_task(expires=5)
def feed_due() -> None:
    """Beat, every 5 seconds: one wake-up for each mailing that needs letters, or has ended."""
    for account_id, mailing_id in feeding.list_mailings_to_feed(timezone.now()):
        feed_mailing.apply_async((account_id, mailing_id), expires=WAKE_UP_SECONDS)


@shared_task
def feed_mailing(account_id: int, mailing_id: int) -> None:
    with tenant(account_id):
        feeding.feed(mailing_id)
