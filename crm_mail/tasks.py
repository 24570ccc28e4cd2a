"""Entry points for workers. The rows are the order: a lost task is made up for by the next sweep of beat."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.notice_mail import list_due
from accounts.tenancy import tenant
from crm import csv_jobs
from crm.tasks import TOLD_AT_ONCE, list_accounts_with_due, tell_due
from crm_mail import removing
from crm_mail.notice_mail import mail_notices_of
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


@shared_task(expires=60)
def tell_due_tasks() -> None:
    """Beat, every minute: to their people, in each account that has some."""
    for account_id in list_accounts_with_due(timezone.now()):
        tell_due_tasks_of.apply_async((account_id,), expires=60)


@shared_task
def tell_due_tasks_of(account_id: int) -> None:
    with tenant(account_id):
        while tell_due(timezone.now()) == TOLD_AT_ONCE:
            pass


@shared_task(expires=60)
def start_imports() -> None:
    """Beat, every minute: imports of cards that nobody works on."""
    csv_jobs.start_due()


@shared_task(expires=600)
def forget_old_imports() -> None:
    """Beat, every ten minutes: files, and what is needed to take a merge back for ten minutes."""
    csv_jobs.forget_old()


@shared_task(expires=20)
def mail_notices() -> None:
    """Beat, every twenty seconds."""
    for account_id, member_id in list_due(timezone.now()):
        mail_notices_to.apply_async((account_id, member_id), expires=60)


@shared_task
def mail_notices_to(account_id: int, member_id: int) -> None:
    with tenant(account_id):
        mail_notices_of(member_id)
