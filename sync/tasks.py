"""What Celery starts. Ids go in; all state is in PostgreSQL. Queue `sync` (threads): everything that mostly waits.
Queue `import` (processes): what computes, see CELERY_TASK_ROUTES."""

from __future__ import annotations

from celery import shared_task

from accounts.tenancy import tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync import history, left_out, polling, quarantine, schedule
from sync.mailbox_sync import sync_mailbox
from sync.services import start_import, start_next, start_older, start_sync
from sync.visit import deadline_from_now

OLDER_SECONDS = 60.0  # then it is another mailbox's turn
RETRY_SECONDS = 30  # an hour in all: a long import leaves its mailbox only for moments
OUTDATED_AT_ONCE = 500


@shared_task
def start_rounds() -> None:
    """Twice a minute: start what is due and what a lost message would have started."""
    schedule.start_due()


@shared_task
def poll_due() -> None:
    """Look at the mailboxes whose time has come."""
    polling.poll_due()


@shared_task
def sync_now(account_id: int, mailbox_id: int) -> None:
    """Look at one mailbox now, if nobody is there."""
    with tenant(account_id):
        if not Mailbox.objects.filter(pk=mailbox_id, imported_at__isnull=False).exists():
            start_import(account_id, mailbox_id)
        elif schedule.may_visit(mailbox_id) and (lease := leases.claim(mailbox_id)):
            start_next(lease, sync_mailbox(lease, deadline=deadline_from_now(), is_light=True))


@shared_task
def import_mailbox(account_id: int, mailbox_id: int) -> None:
    """A first import, or more new mail than a look for mail shall fetch. A long one goes on in another task."""
    with tenant(account_id):
        if schedule.may_visit(mailbox_id) and (lease := leases.claim(mailbox_id)):
            start_next(lease, sync_mailbox(lease, deadline=deadline_from_now()))


@shared_task
def load_older(account_id: int, mailbox_id: int) -> None:
    """Older mail, for a while. New mail that came meanwhile is looked for before it goes on."""
    with tenant(account_id):
        may_load = schedule.may_load_older(mailbox_id)
        lease = leases.claim(mailbox_id, sets_next_time=False) if may_load else None
        has_more = lease is not None and history.load_older(lease, deadline=deadline_from_now(OLDER_SECONDS))
        is_due = schedule.is_due(mailbox_id)
    if is_due:
        start_sync(account_id, mailbox_id)
    elif has_more:
        start_older(account_id, mailbox_id)


@shared_task(bind=True, max_retries=120)
def retry_quarantined(self, account_id: int, letter_id: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """A letter that was set aside; again in a while when somebody works on its mailbox."""
    with tenant(account_id):
        is_done = quarantine.retry_now(letter_id)
    if not is_done:
        raise self.retry(countdown=RETRY_SECONDS)


@shared_task(bind=True, max_retries=120)
def fetch_left_out(self, account_id: int, place_id: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """A letter of somebody without a card, asked for; again in a while when somebody works on its mailbox."""
    with tenant(account_id):
        is_done = left_out.fetch_now(place_id)
    if not is_done:
        raise self.retry(countdown=RETRY_SECONDS)


@shared_task
def retry_after_upgrade() -> None:
    """Each hour: letters that an older version could not read."""
    for account_id, letter_id in quarantine.list_outdated(OUTDATED_AT_ONCE):
        retry_quarantined.delay(account_id, letter_id)
