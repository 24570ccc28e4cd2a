""" "Delete uploaded messages" (rule R10): letters leave the server's Inbox once every byte of them is ours.

Never one that failed, was filtered or was not imported, nor one that lies in Deleted here (K60), nor one of which only
a part was kept: those imported before the switch was on stay. The Sent folder is left alone: exactly one copy of what
we send lies there (M93).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from mailboxes.leases import hold
from mailboxes.models import Mailbox
from mailkit.errors import MessageGone, UidValidityChanged
from mailkit.large_letter import stream_whole
from sync import ledger
from sync.visit import Visit
from threads.errors import RawLetterGone
from threads.models import Folder, FolderEntry
from threads.raw_store import is_raw_of, verify_raw
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
    removable = list(_removable(folder))
    if not removable or visit.session.examine(folder.name).uidvalidity != folder.uidvalidity:
        return  # where the UIDs are other letters' now, the next visit finds out
    for places in _chunks(removable):
        safe = [place for place in places if _is_stored(place) and _is_what_lies_there(visit, place)]
        if safe and visit.goes_on() and _is_wanted(visit):
            _remove(visit, folder, safe)


def _is_wanted(visit: Visit) -> bool:
    """Somebody may have switched it off since the visit began."""
    return Mailbox.objects.filter(pk=visit.mailbox.pk, delete_after_upload=True).exists()


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


def _is_what_lies_there(visit: Visit, place: FolderEntry) -> bool:
    """Two letters that say the same of themselves are one to us, yet their bytes may differ: we have those of one."""
    message = place.message
    if message is None or message.places.count() == 1:
        return message is not None
    digest = hashlib.sha256()
    try:
        for chunk in stream_whole(visit.session, place.uid):
            digest.update(chunk)
    except MessageGone:
        return False
    return is_raw_of(message.body.raw_name, digest.hexdigest())


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
            ledger.note_removed(folder, len(uids))
