"""Letters by UID, read and filed batch by batch; what cannot be filed is set aside, and the others go on (G14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from django.db import DatabaseError, DataError, OperationalError
from django.utils import timezone

from mailboxes.leases import Lease, note_breakdown
from mailboxes.models import Mailbox
from mailkit.errors import MailError, ServerThrottled
from mailkit.failpoints import failpoint
from mailkit.imap_session import ImapSession
from sync import ledger
from sync.letter_head import describe_head
from sync.policy import Policy
from sync.prefetch import prefetched
from sync.reading import HEAD_BYTES, Batch, Reason, not_handed_out, read_batches
from sync.unmatched import without_unmatched
from sync.visit import Visit
from threads.filing import FolderCursor, Progress, file_batch
from threads.letters import FailedLetter, IncomingLetter
from threads.models import Folder
from threads.own_addresses import our_side_of
from threads.preparing import prepare_for
from threads.raw_store import store_raw_stream

FEW = 20  # letters that are not worth a thread of their own
PROGRAM_LIMIT = "54"  # the class of PostgreSQL's errors for what is too long or too deep (SQLSTATE)


def policy_of(mailbox: Mailbox) -> Policy:
    """Its settings, as they are at the beginning of the visit."""
    filters = list(mailbox.filters.values_list("kind", "value"))
    return Policy(
        mailbox_id=mailbox.pk,
        keeps_files=mailbox.keep_attachments,
        keeps_whole=mailbox.delete_after_upload,
        stores_internal=mailbox.store_internal,
        own_keys=frozenset() if mailbox.store_internal else frozenset(our_side_of(mailbox.pk).keys),
        filtered_keys=frozenset(value for kind, value in filters if kind == "address"),
        filtered_domains=frozenset(value for kind, value in filters if kind == "domain"),
    )


def file_letters(visit: Visit, folder: Folder, uids: Sequence[int], progress: Progress) -> bool:
    """Of the examined folder, in this order. False when time was up before the end. Raises MailError, LeaseLost."""
    if not uids:
        return True
    for batch in read_carefully(visit, folder, uids):
        file_one(visit.lease, folder, batch, ledger.unsettle_cursor(folder), progress)
        failpoint("Y10")
        if not visit.goes_on():
            return False
    return True


def read_carefully(
    visit: Visit, folder: Folder, uids: Sequence[int], *, were_left_out: bool = False
) -> Iterator[Batch]:
    """Batches of letters, to be filed before the next is asked for. `were_left_out`: by the first import."""
    policy, prepare = policy_of(visit.mailbox), prepare_for(folder)
    if visit.is_careful:
        one_by_one = ((uid, read_batches(visit.session, [uid], policy, prepare)) for uid in uids)
        batches = _marked(visit, folder, one_by_one, were_left_out=were_left_out)
    else:
        batches = read_batches(visit.session, uids, policy, prepare)
        batches = batches if len(uids) <= FEW else prefetched(batches)
    return map(partial(without_unmatched, visit.mailbox, folder), _counted(visit, batches))


def _counted(visit: Visit, batches: Iterator[Batch]) -> Iterator[Batch]:
    """What breaks is counted: it may be one letter that does it each time, and holds up all others."""
    try:
        yield from batches
    except ServerThrottled:
        raise
    except MailError:
        note_breakdown(visit.lease)
        raise


def _marked(
    visit: Visit, folder: Folder, one_by_one: Iterable[tuple[int, Iterator[Batch]]], *, were_left_out: bool
) -> Iterator[Batch]:
    """Each is marked as the one that broke its worker before it is touched: if it does again, it is not tried again."""
    for uid, batches in one_by_one:
        yield Batch(failed=[FailedLetter(uid, timezone.now(), 0, Reason.CRASHED, "")])
        try:
            yield from batches
        except MailError as error:
            if isinstance(error, ServerThrottled) or not _is_to_blame(visit, folder, uid):
                ledger.unmark(folder, uid, was_left_out=were_left_out, lease=visit.lease)
                raise
            yield Batch(failed=[not_handed_out(uid)])
            raise


def _is_to_blame(visit: Visit, folder: Folder, uid: int) -> bool:
    """Whether another connection, with which all else is well, breaks at this letter too (a damaged store, a server's
    bug). Else the connection was cut, and the letter is as good as any.
    """
    try:
        with visit.connect(visit.mailbox) as session:
            return session.examine(folder.name).uidvalidity == folder.uidvalidity and _breaks(
                session, visit, folder, uid
            )
    except MailError:
        return False


def _breaks(session: ImapSession, visit: Visit, folder: Folder, uid: int) -> bool:
    try:
        for _batch in read_batches(session, [uid], policy_of(visit.mailbox), prepare_for(folder)):
            pass
    except ServerThrottled:
        return False
    except MailError:
        return True
    return False


def file_one(lease: Lease, folder: Folder, batch: Batch, cursor: FolderCursor, progress: Progress) -> None:
    """One batch in one transaction, or letter by letter when the database cannot store one of them."""
    try:
        _file(lease, folder, batch, cursor, progress)
    except (DataError, OperationalError) as error:
        if not batch.letters or not is_about_letters(error):
            raise
        _file_one_by_one(lease, folder, batch, cursor, progress, error)


def _file(lease: Lease, folder: Folder, batch: Batch, cursor: FolderCursor, progress: Progress) -> None:
    file_batch(
        folder,
        batch.letters,
        lease=lease,
        cursor=cursor,
        progress=progress,
        outcomes=batch.outcomes,
        failed=batch.failed,
    )


def is_about_letters(error: DatabaseError) -> bool:
    """Whether what was written is at fault, and not the database or the way there."""
    return isinstance(error, DataError) or (getattr(error.__cause__, "pgcode", "") or "").startswith(PROGRAM_LIMIT)


def _file_one_by_one(
    lease: Lease, folder: Folder, batch: Batch, cursor: FolderCursor, progress: Progress, error: DatabaseError
) -> None:
    if len(batch.letters) == 1:
        (letter,) = batch.letters
        raw = batch.raws.get(letter.uid, letter.incoming.letter.raw)
        failed = [*batch.failed, _unstorable(folder.mailbox_id, letter.incoming, raw, error)]
        _file(lease, folder, Batch((), batch.outcomes, failed), cursor, progress)
        return
    _file(lease, folder, Batch((), batch.outcomes, batch.failed), cursor, progress)
    for letter in batch.letters:
        file_one(lease, folder, Batch([letter], raws=batch.raws), cursor, progress)


def _unstorable(mailbox_id: int, letter: IncomingLetter, raw: bytes, error: DatabaseError) -> FailedLetter:
    head = describe_head(raw[:HEAD_BYTES])
    return FailedLetter(
        uid=letter.uid,
        received_at=letter.received_at,
        size=len(raw),  # what it says of itself may be what the database refuses
        reason=Reason.UNSTORABLE,
        detail=type(error.__cause__ or error).__name__,
        raw_name=letter.raw_name or store_raw_stream(mailbox_id, [raw]),
        message_id_header=head.message_id,
        from_address=head.from_address,
        subject=head.subject,
    )
