"""Deleting the mail of a mailbox that was given up (K64): letters, what hangs on them, and their files, in batches.

Files go before the rows that name them, so that a worker that dies leaves nothing that nobody finds. What stays is a
note on each card that showed a letter: that there was one, when, and in which direction, for those who could see the
mailbox when it was given up. A `RemovedMailbox` has the number that the mailbox had.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.tenancy import current_account_id
from mailboxes.models import Mailbox
from mailboxes.policy import readers_of
from threads.content_store import folder_of
from threads.linking import HOLD_CARDS_SHARED
from threads.models import (
    Attachment,
    CardLink,
    FolderEntry,
    Message,
    MessageBody,
    QuarantinedLetter,
    RemovedLetter,
    RemovedMailbox,
    Thread,
    Tombstone,
)
from threads.sql import select

LETTERS_AT_ONCE = 200
ROWS_AT_ONCE = 2000


def note_removed(mailbox: Mailbox) -> None:
    """Who can see it is known before it is given up, not afterwards."""
    seen_by = list(readers_of(mailbox).order_by("pk").values_list("pk", flat=True))
    RemovedMailbox.objects.update_or_create(pk=mailbox.pk, defaults={"address": mailbox.address, "seen_by": seen_by})


def erase_some(mailbox_id: int) -> int:
    """The next batch; how many rows it had. 0 when nothing is left. Safe to be repeated, at any time."""
    return _erase_letters(mailbox_id) or _erase_quarantine(mailbox_id) or _erase_rests(mailbox_id)


def has_mail(mailbox_id: int) -> bool:
    of_mailbox = {"mailbox": mailbox_id}
    return (
        Message.objects.filter(**of_mailbox).exists()
        or QuarantinedLetter.objects.filter(**of_mailbox).exists()
        or Thread.objects.filter(**of_mailbox).exists()
    )


def note_finished(mailbox_id: int) -> None:
    RemovedMailbox.objects.filter(pk=mailbox_id).update(removed_at=timezone.now())


def _erase_letters(mailbox_id: int) -> int:
    letters = Message.objects.filter(mailbox=mailbox_id).order_by("pk").values_list("pk", flat=True)
    ids = list(letters[:LETTERS_AT_ONCE])
    if ids:
        bodies = MessageBody.objects.filter(message__in=ids).values_list("raw_name", flat=True)
        files = Attachment.objects.filter(message__in=ids).exclude(stored_name="")
        _delete_files(mailbox_id, {*bodies, *files.values_list("stored_name", flat=True)})
        _delete_rows(mailbox_id, ids)
    return len(ids)


@transaction.atomic
def _delete_rows(mailbox_id: int, ids: Collection[int]) -> None:
    """The notes come into being with the end of the letters: each once, whatever is repeated."""
    select(HOLD_CARDS_SHARED, [current_account_id()])  # nobody links cards with them meanwhile
    links = CardLink.objects.filter(message__in=ids, message__deleted_at=None).select_related("message")
    RemovedLetter.objects.bulk_create(
        RemovedLetter(
            mailbox_id=mailbox_id,
            contact_id=link.contact_id,
            direction=link.message.direction,
            received_at=link.received_at,
        )
        for link in links.select_for_update(of=("self",))
    )
    Message.objects.filter(pk__in=ids).delete()


def _erase_quarantine(mailbox_id: int) -> int:
    rows = QuarantinedLetter.objects.filter(mailbox=mailbox_id).order_by("pk")
    found = dict(rows.values_list("pk", "raw_name")[:LETTERS_AT_ONCE])
    _delete_files(mailbox_id, set(found.values()))
    QuarantinedLetter.objects.filter(pk__in=found).delete()
    return len(found)


def _erase_rests(mailbox_id: int) -> int:
    """Threads without letters, places on the server, tombstones; their folders go with the mailbox."""
    threads = Thread.objects.filter(mailbox=mailbox_id).values_list("pk", flat=True)
    places = FolderEntry.objects.filter(folder__mailbox=mailbox_id).values_list("pk", flat=True)
    tombstones = Tombstone.objects.filter(mailbox=mailbox_id).values_list("pk", flat=True)
    for rows in (threads, places, tombstones):
        if ids := list(rows.order_by("pk")[:ROWS_AT_ONCE]):
            rows.model.objects.filter(pk__in=ids).delete()
            return len(ids)
    return 0


def _delete_files(mailbox_id: int, names: Iterable[str]) -> None:
    """Those of its own folder, and older ones (threads.content_store) that no other mailbox names."""
    own = f"{folder_of(mailbox_id)}/"
    older = {name for name in names if name and not name.startswith(own)}
    for name in set(names) - {""} - _named_by_others(mailbox_id, older):
        default_storage.delete(name)


def _named_by_others(mailbox_id: int, names: Collection[str]) -> set[str]:
    if not names:
        return set()
    raws = Q(raw_name__in=names) & ~Q(mailbox=mailbox_id)
    files = Attachment.objects.filter(stored_name__in=names).exclude(message__mailbox=mailbox_id)
    return {
        *MessageBody.objects.filter(raws).values_list("raw_name", flat=True),
        *QuarantinedLetter.objects.filter(raws).values_list("raw_name", flat=True),
        *files.values_list("stored_name", flat=True),
    }
