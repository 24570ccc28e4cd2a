"""Entry points for workers. The rows are the orders: a lost task is made up for by the next sweep of beat."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import tenant
from privacy import account_export, erasing, importing, orders
from privacy.models import AccountExport, Erasure, MailImport

# An account is packed up in one go. The broker hands the task out again meanwhile: that finds the lease held, and ends.
EXPORT_SECONDS = 6 * 60 * 60
WAKE_UP_SECONDS = 60


@shared_task(expires=60)
def start_due() -> None:
    """Beat, every minute: what waits, and what is kept no longer."""
    for account_id, order_id in orders.list_waiting(MailImport):
        import_mail.apply_async((account_id, order_id), expires=WAKE_UP_SECONDS)
    for account_id, order_id in orders.list_waiting(Erasure):
        erase_person.apply_async((account_id, order_id), expires=WAKE_UP_SECONDS)
    for account_id, order_id in orders.list_waiting(AccountExport):
        export_account.apply_async((account_id, order_id), expires=WAKE_UP_SECONDS)
    account_export.delete_expired(timezone.now())


@shared_task
def import_mail(account_id: int, order_id: int) -> None:
    """A long one goes on in another task."""
    with tenant(account_id):
        has_more = importing.import_some(order_id)
    if has_more:
        import_mail.delay(account_id, order_id)


@shared_task
def erase_person(account_id: int, order_id: int) -> None:
    """What somebody else works on at the moment goes on with the next sweep."""
    with tenant(account_id):
        erasing.erase_some(order_id)


@shared_task(soft_time_limit=EXPORT_SECONDS, time_limit=EXPORT_SECONDS + 60)
def export_account(account_id: int, order_id: int) -> None:
    with tenant(account_id):
        account_export.pack(order_id)
