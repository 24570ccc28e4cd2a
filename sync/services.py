"""Asking for a visit."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from accounts.tenancy import current_account_id
from mailboxes.leases import Lease
from mailboxes.models import STOPPED, Mailbox
from sync.asking import check_may_ask
from sync.mailbox_sync import Next
from sync.starting import start

STEP_EXPIRES = 120  # seconds: the sweep starts it again, and messages for busy workers must not heap up


def ask_for_sync(mailbox: Mailbox) -> None:
    """As request_sync, for people, who are told when it cannot be. Raises WrongState."""
    check_may_ask(mailbox)
    request_sync(mailbox)


@transaction.atomic
def request_sync(mailbox: Mailbox) -> None:
    """ "Sync now" (K11). Send-only mailboxes have nothing to sync, stopped ones wait for a person."""
    if not mailbox.can_receive:
        return
    due = Mailbox.objects.filter(pk=mailbox.pk).exclude(state__in=STOPPED)
    if not due.update(next_sync_at=timezone.now()):
        return
    due.filter(state=Mailbox.State.SYNCED).update(state=Mailbox.State.SYNCING)
    _on_commit(mailbox, start_sync)


@transaction.atomic
def request_older(mailbox: Mailbox) -> None:
    """ "Load older mail" (K10, A04): from now on, until nothing older is left. During the first import: after it."""
    if not mailbox.can_receive:
        return
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    row.load_older = True
    row.history_due_at = timezone.now() if row.imported_at else None
    row.save(update_fields=["load_older", "history_due_at"])
    if row.imported_at:
        _on_commit(mailbox, start_older)


def _on_commit(mailbox: Mailbox, starter: Callable[[int, int], None]) -> None:
    account_id, mailbox_id = current_account_id(), mailbox.pk
    transaction.on_commit(lambda: starter(account_id, mailbox_id))


def start_sync(account_id: int, mailbox_id: int) -> None:
    """Look for new mail now. Without a broker the sweep does it within a minute of the broker's return."""
    start("sync_now", account_id, mailbox_id)


def start_import(account_id: int, mailbox_id: int) -> None:
    """Visit it in a worker that computes: a first import, or much new mail."""
    start("import_mailbox", account_id, mailbox_id, expires=STEP_EXPIRES)


def start_older(account_id: int, mailbox_id: int) -> None:
    """Go on with its older mail."""
    start("load_older", account_id, mailbox_id, expires=STEP_EXPIRES)


_STARTERS = {Next.SYNC: start_sync, Next.IMPORT: start_import, Next.OLDER: start_older}


def start_next(lease: Lease, then: Next) -> None:
    """What a visit left to do."""
    if starter := _STARTERS.get(then):
        starter(lease.account_id, lease.mailbox_id)
