"""Deleting a mailbox and all its mail in the background, after it was disconnected with "Delete emails" (K64).

The row in state `removing` is the order: what dies here is found again by the next sweep and goes on. Rooms are asked
from above downwards, so that nothing refers to what is deleted. Last comes the row itself, once nothing is left in it.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

import outbox.erasing
import threads.erasing
from accounts.audit import record
from accounts.models import IdempotentReply, Notice
from accounts.tenancy import every_account
from mailboxes.models import Mailbox
from mailboxes.querysets import MailboxQuerySet
from threads.content_store import delete_folder
from threads.models import RemovedMailbox

logger = logging.getLogger(__name__)

WORK_SECONDS = 150.0  # then it is another mailbox's turn: below the soft time limit of a task
LEASE = timedelta(minutes=6)  # longer than any task lives: nobody else works on the mailbox meanwhile
# A worker that lost its mailbox may have written a file at the last moment: the folder is emptied again for a while.
LATE_FILES_FOR = timedelta(days=1)


def list_to_remove() -> list[tuple[int, int]]:
    """(account, mailbox) of those that nobody works on."""
    with every_account("mailboxes to remove"):
        return list(_free().order_by("pk").values_list("account_id", "pk"))


def remove(mailbox_id: int, *, seconds: float = WORK_SECONDS) -> bool:
    """Go on with it for a while. True when it is gone. Needs the account's scope."""
    until = timezone.now() + LEASE
    if not _free().filter(pk=mailbox_id).update(lease_until=until):
        return not Mailbox.objects.filter(pk=mailbox_id).exists()
    try:
        return _erase_all(mailbox_id, time.monotonic() + seconds) and _finish(mailbox_id)
    finally:
        Mailbox.objects.filter(pk=mailbox_id, lease_until=until).update(lease_until=None)


def list_recently_removed() -> list[tuple[int, int]]:
    """(account, mailbox) of those that are gone since a short time."""
    with every_account("late files of removed mailboxes"):
        recent = RemovedMailbox.objects.filter(removed_at__gte=timezone.now() - LATE_FILES_FOR)
        there = Mailbox.objects.filter(pk__in=recent.values("pk"))
        return list(recent.exclude(pk__in=there.values("pk")).order_by("pk").values_list("account_id", "pk"))


def _free() -> MailboxQuerySet:
    free = Q(lease_until=None) | Q(lease_until__lte=timezone.now())
    return Mailbox.objects.filter(free, state=Mailbox.State.REMOVING)


def _erase_all(mailbox_id: int, deadline: float) -> bool:
    """False when time was up."""
    for erase_some in (outbox.erasing.erase_some, threads.erasing.erase_some):
        while erase_some(mailbox_id):
            if time.monotonic() > deadline:
                return False
    return True


def _finish(mailbox_id: int) -> bool:
    """False while a letter is on its way: its worker may still write."""
    delete_folder(mailbox_id)
    with transaction.atomic():
        mailbox = Mailbox.objects.select_for_update().get(pk=mailbox_id)  # from here on no row can refer to it
        if outbox.erasing.has_letters(mailbox_id) or threads.erasing.has_mail(mailbox_id):
            return False
        _forget_words_about(mailbox)
        record(None, "mailbox.removed", target=mailbox)
        mailbox.delete()
        threads.erasing.note_finished(mailbox_id)
    delete_folder(mailbox_id)
    logger.info("mailbox removed", extra={"mailbox_id": mailbox_id})
    return True


def _forget_words_about(mailbox: Mailbox) -> None:
    """Notices, and answers kept for clients that ask twice: they hold the text of letters."""
    Notice.objects.filter(facts__mailbox=mailbox.pk).delete()
    about = Q(body__data__mailbox=str(mailbox.pk)) | Q(body__location__endswith=f"/mailboxes/{mailbox.pk}/")
    IdempotentReply.objects.filter(about).delete()
