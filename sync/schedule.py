"""The sweep: which tasks have to be started now. The rows are the schedule; the broker only carries what is found here.

Whatever the broker loses is found again half a minute later. Messages expire, so that a broker that was away does not
come back with a heap of them.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.tenancy import every_account
from mailboxes.models import Mailbox
from mailboxes.querysets import MailboxQuerySet
from sync.services import STEP_EXPIRES
from sync.starting import start

IMPORTS_AT_ONCE = 200
ROUND_EXPIRES = 25  # seconds: a little less than the time to the next sweep


def start_due() -> None:
    """Rounds of looking, imports, and older mail."""
    for _ in range(settings.SYNC_ROUNDS):
        start("poll_due", expires=ROUND_EXPIRES)
    for account_id, mailbox_id in list_due_imports():
        start("import_mailbox", account_id, mailbox_id, expires=STEP_EXPIRES)
    for account_id, mailbox_id in list_due_history():
        start("load_older", account_id, mailbox_id, expires=STEP_EXPIRES)


def list_due_imports() -> list[tuple[int, int]]:
    """(account, mailbox) of first imports that nobody works on, those that wait longest first."""
    with every_account("imports to start"):
        waiting = _free().filter(imported_at=None, next_sync_at__lte=timezone.now())
        # Not given back: its worker died in the middle of the import.
        dropped = _free().filter(imported_at=None, next_sync_at__isnull=False, lease_token__isnull=False)
        due = (waiting | dropped).order_by("next_sync_at")
        return list(due.values_list("account_id", "pk")[:IMPORTS_AT_ONCE])


def list_due_history() -> list[tuple[int, int]]:
    """(account, mailbox) of mailboxes that want older mail."""
    with every_account("older mail to load"):
        due = _free().filter(wants_older(), next_sync_at__isnull=False)
        return list(due.order_by("history_due_at").values_list("account_id", "pk")[:IMPORTS_AT_ONCE])


def wants_older() -> Q:
    """Mailboxes that older mail may be loaded of now: not while visits fail, for its visits would take no heed of the
    time that these wait.
    """
    return Q(load_older=True, history_due_at__lte=timezone.now(), failure_count=0)


def may_load_older(mailbox_id: int) -> bool:
    """Needs the account's scope."""
    return Mailbox.objects.filter(wants_older(), pk=mailbox_id).exists()


def may_visit(mailbox_id: int) -> bool:
    """Not while it waits because visits failed. Needs the account's scope."""
    waiting = Mailbox.objects.filter(pk=mailbox_id, failure_count__gt=0, next_sync_at__gt=timezone.now())
    return not waiting.exists()


def is_due(mailbox_id: int) -> bool:
    """Whether a look for new mail is due. Needs the account's scope."""
    return Mailbox.objects.filter(pk=mailbox_id, next_sync_at__lte=timezone.now()).exists()


def _free() -> MailboxQuerySet:
    return Mailbox.objects.filter(Q(lease_until=None) | Q(lease_until__lte=timezone.now()))
