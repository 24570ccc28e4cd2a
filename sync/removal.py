""" "Delete uploaded messages" (rule R10): letters leave the server's Inbox once every byte of them is ours.

Never one that failed, was filtered or was not imported, nor one that lies in Deleted here (K60), nor one of which only
a part was kept: those imported before the switch was on stay. The Sent folder is left alone: exactly one copy of what
we send lies there (M93).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from mailboxes.leases import hold
from mailkit.errors import UidValidityChanged
from sync.visit import Visit
from threads.errors import RawLetterGone
from threads.models import Folder, FolderEntry
from threads.raw_store import verify_raw
from threads.server_changes import mark_vanished

logger = logging.getLogger(__name__)

AT_ONCE = 100


def remove_uploaded(visit: Visit) -> None:
    """After a visit that brought everything. Raises MailError, LeaseLost; what was not removed is tried again."""
    if not visit.mailbox.delete_after_upload:
        return
    folder = Folder.objects.filter(mailbox=visit.mailbox, role=Folder.Role.INBOX).first()
    if folder is None:
        return
    for places in _chunks(list(_removable(folder))):
        safe = [place for place in places if _is_stored(place)]
        if safe and visit.goes_on():
            _remove(visit, folder, safe)


def _removable(folder: Folder) -> Iterator[FolderEntry]:
    return (
        FolderEntry.objects.filter(
            folder=folder,
            generation=folder.generation,
            outcome=FolderEntry.Outcome.IMPORTED,
            is_on_server=True,
            removed_at=None,
            message__deleted_at=None,
            message__bodies__raw_is_whole=True,
        )
        .select_related("message")
        .prefetch_related("message__bodies")
        .order_by("uid")
        .iterator(chunk_size=AT_ONCE)
    )


def _chunks(places: Sequence[FolderEntry]) -> Iterator[Sequence[FolderEntry]]:
    return (places[start : start + AT_ONCE] for start in range(0, len(places), AT_ONCE))


def _is_stored(place: FolderEntry) -> bool:
    """Asked of the storage itself, byte by byte: what is removed there exists here only."""
    message = place.message
    if message is None:
        return False
    try:
        verify_raw(message.body.raw_name, size=message.size)
    except RawLetterGone:
        logger.exception("stored letter is damaged", extra={"message_id": message.pk})
        return False
    return True


def _remove(visit: Visit, folder: Folder, places: Sequence[FolderEntry]) -> None:
    uids = [place.uid for place in places]
    try:
        is_expunged = visit.session.remove(folder.name, uids, uidvalidity=folder.uidvalidity)
    except UidValidityChanged:
        return  # these UIDs are other letters' now: the next visit finds out
    with transaction.atomic():
        hold(visit.lease)
        FolderEntry.objects.filter(pk__in=[place.pk for place in places]).update(removed_at=timezone.now())
        if is_expunged:
            mark_vanished(folder, uids, lease=visit.lease)
