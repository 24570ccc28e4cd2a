"""UIDs lost their meaning: where the letters that we have lie now, by their heads (rule A13, RFC 9051 2.3.1.1).

Only heads are fetched, so ten thousand letters cost a few megabytes. No letter is filed again, no trigger fires.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Min

from mailboxes.models import Mailbox
from mailkit.mime_reader import identity_of
from mailkit.types import FolderStatus, RemoteHead
from sync.ledger import older_uids
from sync.letter_head import describe_head
from sync.visit import Visit
from sync.window import Window
from threads.ledger_sql import Place, mark_found, record_places
from threads.letters import SEEN
from threads.models import Folder, FolderEntry, Message
from threads.sql import select

HEADS_AT_ONCE = 500
PLACES_AT_ONCE = 1000
KNOWN = """
SELECT id, identity, message_id_header, is_ours, on_server FROM threads_message
WHERE mailbox_id = %s AND (identity = ANY(%s) OR is_ours AND message_id_header = ANY(%s))
UNION ALL SELECT NULL, identity, message_id_header, is_ours, NULL FROM threads_tombstone
WHERE mailbox_id = %s AND (identity = ANY(%s) OR is_ours AND message_id_header = ANY(%s)) ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A letter of ours that one on the server may be; without a pk it is gone for good, and stays so (K60)."""

    pk: int | None
    on_server: bool

    @property
    def outcome(self) -> FolderEntry.Outcome:
        return FolderEntry.Outcome.DELETED if self.pk is None else FolderEntry.Outcome.IMPORTED


@dataclass
class Rematch:
    """What a folder holds, in its new UIDs."""

    floor: int = 0  # nothing up to this UID is known or wanted
    places: list[Place] = field(default_factory=list)  # of letters that we have
    new: list[int] = field(default_factory=list)  # came while the UIDs were changing: to be fetched
    silent_uid: int = (
        0  # those up to here are fetched, but are no news: they lay in a folder that we did not read (G15)
    )
    left_out: list[int] = field(default_factory=list)  # above the floor, older than what was imported
    found_again: list[int] = field(default_factory=list)  # ids of letters that we took for gone

    def record(self, folder: Folder) -> None:
        """Inside the transaction that begins the epoch."""
        for start in range(0, len(self.places), PLACES_AT_ONCE):
            record_places(folder.pk, folder.generation, self.places[start : start + PLACES_AT_ONCE])
        mark_found(self.found_again)


def rematch(visit: Visit, folder: Folder, examined: FolderStatus, *, is_same: bool) -> Rematch:
    """Compare what the examined folder holds with what we have. Raises MailError.

    `is_same`: it is the folder that we knew, in new UIDs; else another one took its role.
    """
    reach = _reach_of(visit.mailbox, folder, is_same=is_same)
    found = Rematch()
    wanted = Window(None, _oldest_kept(visit.mailbox, reach)).search_since
    uids = [uid for uid in visit.session.list_uids(since=wanted) if uid < examined.uidnext]
    for heads in _chunks(visit.session.fetch_heads(uids)):
        _match(visit.mailbox, folder, heads, reach, found)
    taken = {place.uid for place in found.places}.union(found.new)
    if is_same:
        found.silent_uid = 0
    elif folder.uidvalidity:
        found.silent_uid = examined.uidnext - 1
    found.floor = min(taken, default=examined.uidnext) - 1
    listed = visit.session.list_uids(after=found.floor)
    found.left_out = [uid for uid in listed if uid < examined.uidnext and uid not in taken]
    return found


def _reach_of(mailbox: Mailbox, folder: Folder, *, is_same: bool) -> datetime | None:
    """From this time on all letters of the folder were, or would have been, imported; None: all of any time."""
    if is_same and folder.older_count == 0 and not older_uids(folder).exists():
        return None
    first = Message.objects.filter(mailbox=mailbox, filed_at__lte=mailbox.imported_at).aggregate(at=Min("received_at"))
    lowest = (
        FolderEntry.objects.filter(folder=folder, generation=folder.generation, message__isnull=False)
        .order_by("uid")
        .values_list("message__received_at", flat=True)
        .first()
    )
    return min((at for at in (first["at"], lowest) if at), default=mailbox.created_at)


def _oldest_kept(mailbox: Mailbox, reach: datetime | None) -> datetime | None:
    """Letters may have been moved in that are older than the reach: we have them, and their places are to be found."""
    if reach is None:
        return None
    oldest = Message.objects.filter(mailbox=mailbox).aggregate(at=Min("received_at"))["at"]
    return min(reach, oldest) if oldest else reach


def _chunks(heads: Iterator[RemoteHead]) -> Iterator[Sequence[RemoteHead]]:
    chunk: list[RemoteHead] = []
    for head in heads:
        chunk.append(head)
        if len(chunk) == HEADS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _match(
    mailbox: Mailbox, folder: Folder, heads: Sequence[RemoteHead], reach: datetime | None, found: Rematch
) -> None:
    identities = {head.uid: identity_of(head.head, head.size) for head in heads}
    ids = {head.uid: describe_head(head.head).message_id for head in heads} if folder.role == Folder.Role.SENT else {}
    by_identity, ours = _known(mailbox, list(identities.values()), [known for known in ids.values() if known])
    for head in heads:
        stored = by_identity.get(identities[head.uid]) or ours.get(ids.get(head.uid, ""))
        if stored:
            is_seen = SEEN in head.flags
            found.places.append(Place(head.uid, stored.pk, stored.outcome, is_seen, is_on_server=True))
            if stored.pk is not None and not stored.on_server:
                found.found_again.append(stored.pk)
        elif reach is None or head.received_at >= reach:
            found.new.append(head.uid)
            if mailbox.imported_at and head.received_at < mailbox.imported_at:
                found.silent_uid = max(found.silent_uid, head.uid)


def _known(
    mailbox: Mailbox, identities: Sequence[bytes], message_ids: Sequence[str]
) -> tuple[dict[bytes, _Stored], dict[str, _Stored]]:
    """By identity, and those that we sent by Message-ID: providers change what they file themselves."""
    by_identity: dict[bytes, _Stored] = {}
    ours: dict[str, _Stored] = {}
    asked = [mailbox.pk, identities, message_ids]
    for pk, identity, message_id, is_ours, on_server in select(KNOWN, [*asked, *asked]):
        stored = _Stored(pk, bool(on_server))
        by_identity[bytes(identity)] = stored
        if is_ours:
            ours.setdefault(message_id, stored)
    return by_identity, ours
