"""Entry points for workers. The rows are the order: a lost task is made up for by the next sweep of beat."""

from __future__ import annotations

from celery import shared_task

from accounts.tenancy import tenant
from crm_mail import removing
from threads.content_store import delete_folder


@shared_task(expires=60)
def remove_due() -> None:
    """Beat, every minute: mailboxes that were disconnected with their mail."""
    for account_id, mailbox_id in removing.list_to_remove():
        remove_mailbox.apply_async((account_id, mailbox_id), expires=60)


@shared_task
def remove_mailbox(account_id: int, mailbox_id: int) -> None:
    """A long one goes on with the next sweep."""
    with tenant(account_id):
        removing.remove(mailbox_id)


@shared_task
def forget_late_files() -> None:
    """Beat, each hour."""
    for account_id, mailbox_id in removing.list_recently_removed():
        with tenant(account_id):
            delete_folder(mailbox_id)
