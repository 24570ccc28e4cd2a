"""Letters whose days in Deleted are over go for good: bodies, people, files, everything that is found by search (K63).

What stays is a tombstone with their identity, so that no sync brings them back (K60), and their places on the server.
One mailbox at a time, in batches, with its sync kept away. Files go before the rows that name them, so that a worker
that dies leaves nothing that nobody finds; nobody restores a letter whose days are over.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts import live
from accounts.audit import record
from accounts.tenancy import current_account_id, every_account
from mailboxes.models import Mailbox
from mailkit.failpoints import failpoint
from threads.clients import correct_clients
from threads.correspondents import forget_unnamed
from threads.deleted import over_at
from threads.linking import HOLD_CARDS_SHARED
from threads.models import (
    Attachment,
    FolderEntry,
    Message,
    MessageBody,
    Participant,
    QuarantinedLetter,
    Thread,
    Tombstone,
)
from threads.querysets import MessageQuerySet
from threads.signals import letters_purged
from threads.sql import run, select
from threads.stored_names import Owners, delete_unnamed
from threads.thread_counts import lock_threads, recount_threads

logger = logging.getLogger(__name__)

LETTERS_AT_ONCE = 200
WORK_SECONDS = 60.0  # then it is another mailbox's turn
LEASE = timedelta(minutes=6)  # longer than any task lives: no visit begins meanwhile
LATER = timedelta(hours=1)  # a restoration that began in the last moment has ended until then
BURY = """
INSERT INTO threads_tombstone (account_id, mailbox_id, identity, message_id_header, is_ours, deleted_at, purged_at)
SELECT account_id, mailbox_id, identity, CASE WHEN is_ours OR %(named)s THEN message_id_header ELSE '' END, is_ours,
  coalesce(deleted_at, %(now)s), %(now)s FROM threads_message WHERE id = ANY(%(ids)s)
ON CONFLICT (account_id, mailbox_id, identity) DO UPDATE
SET deleted_at = excluded.deleted_at, purged_at = excluded.purged_at
"""


def count_due(now: datetime) -> dict[tuple[int, int], int]:
    """How many letters wait to be purged, by (account, mailbox)."""
    with every_account("letters to purge"):
        rows = _due(now).order_by("account_id", "mailbox_id").values_list("account_id", "mailbox_id")
        return {(account_id, mailbox_id): count for account_id, mailbox_id, count in rows.annotate(count=Count("pk"))}


def purge_mailbox(mailbox_id: int, *, now: datetime, seconds: float = WORK_SECONDS) -> int | None:
    """Go on with it for a while; how many letters are gone. None while somebody else works on the mailbox. Needs the
    account's scope."""
    deadline = time.monotonic() + seconds
    with alone_in(mailbox_id) as is_alone:
        if not is_alone:
            return None
        total = 0
        while count := _purge_some(mailbox_id, now):
            total += count
            if time.monotonic() > deadline:
                break
    return total


def bury_unsent(mailbox: Mailbox, message_id: str) -> None:
    """A letter of ours that shall never be stored here. Its identity is not known yet: its Message-ID does."""
    Tombstone.objects.create(
        mailbox=mailbox,
        identity=os.urandom(32),
        message_id_header=message_id,
        is_ours=True,
        deleted_at=timezone.now(),
    )


@contextmanager
def alone_in(mailbox_id: int) -> Iterator[bool]:
    """False while somebody works on the mailbox. Without a token, so that a dead worker's lease is nobody's broken
    visit."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    staying = Mailbox.objects.exclude(state=Mailbox.State.REMOVING)
    if not staying.filter(free, pk=mailbox_id).update(lease_until=now + LEASE, lease_token=None):
        yield False
        return
    try:
        yield True
    finally:
        Mailbox.objects.filter(pk=mailbox_id, lease_until=now + LEASE, lease_token=None).update(lease_until=None)


def _due(now: datetime) -> MessageQuerySet:
    return Message.objects.filter(deleted_at__lte=over_at(now) - LATER).exclude(mailbox__state=Mailbox.State.REMOVING)


def _purge_some(mailbox_id: int, now: datetime) -> int:
    due = _due(now).filter(mailbox=mailbox_id).order_by("-deleted_at", "pk")
    letters = dict(due.values_list("pk", "message_id_header")[:LETTERS_AT_ONCE])
    if not letters:
        return 0
    files = delete_for_good(mailbox_id, letters)
    logger.info("letters purged", extra={"mailbox_id": mailbox_id, "letters": len(letters), "files": files})
    return len(letters)


def delete_for_good(mailbox_id: int, letters: Mapping[int, str], *, is_told: bool = True) -> int:
    """These letters, by their Message-IDs, of a mailbox that the caller is alone in; the number of files that went.

    `is_told`: the audit log says how many, and tombstones keep the Message-IDs, so that people can ask what became of
    a letter. Of somebody who is erased nothing is told: it could be a personal mailbox (K23).
    """
    raws = list(MessageBody.objects.filter(message__in=letters).values_list("raw_name", flat=True))
    copies = Attachment.objects.filter(message__in=letters).values_list("stored_name", flat=True)
    owners = Owners(mailbox_id, set(letters.values()), letters.keys())
    files = delete_unnamed(owners, [*raws, *copies])
    failpoint("P1")
    _delete_rows(mailbox_id, list(letters), raws, is_told=is_told)
    return files


@transaction.atomic
def _delete_rows(mailbox_id: int, ids: Collection[int], raw_names: Collection[str], *, is_told: bool) -> None:
    mailbox = Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox_id)  # filing is one at a time
    select(HOLD_CARDS_SHARED, [current_account_id()])  # nobody links cards with them meanwhile
    letters = Message.objects.filter(pk__in=ids)
    thread_ids = set(letters.values_list("thread", flat=True))
    lock_threads(thread_ids)
    people = set(Participant.objects.filter(message__in=ids).values_list("email_key", flat=True))
    run(BURY, {"named": is_told, "now": timezone.now(), "ids": list(ids)})
    _empty_places(mailbox, ids, raw_names)
    letters_purged.send(Message, message_ids=ids)
    letters.delete()
    forget_unnamed(mailbox_id, people)
    recount_threads(thread_ids)
    correct_clients(thread_ids)
    Thread.objects.filter(pk__in=thread_ids, messages__isnull=True).delete()
    if is_told:
        record(None, "messages.purged", target=mailbox, count=len(ids))
    live.publish("mail", mailbox_id=mailbox_id)


def _empty_places(mailbox: Mailbox, ids: Collection[int], raw_names: Collection[str]) -> None:
    """The ledger says what became of them (G13). The same bytes may have been set aside in another place."""
    set_aside = QuarantinedLetter.objects.filter(mailbox=mailbox, raw_name__in=[name for name in raw_names if name])
    entries = Q(message__in=ids) | Q(pk__in=list(set_aside.values_list("entry", flat=True)))
    FolderEntry.objects.filter(entries).update(message=None, outcome=FolderEntry.Outcome.DELETED)
    set_aside.delete()
