"""Letters that were set aside are tried again: when somebody asks, and when we have learnt to read better (G14)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q

from accounts.tenancy import current_account_id, every_account
from mailboxes.connections import imap_session
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from mailkit.errors import LetterUnreadable
from mailkit.letter_reader import list_files
from mailkit.mime_reader import READER_VERSION
from mailkit.reading_pool import read_safely
from mailkit.types import RemoteMessage
from sync import ledger
from sync.asking import check_may_fetch
from sync.batches import file_one, policy_of
from sync.one_letter import fetch_from_place, under_lease
from sync.reading import Batch, failed_letter, incoming_letter
from sync.starting import start
from sync.unmatched import without_unmatched
from sync.visit import Connect
from threads.attachment_store import store_file
from threads.errors import RawLetterGone
from threads.filing import Progress
from threads.models import QuarantinedLetter
from threads.preparing import prepare_for
from threads.raw_store import read_raw


def request_retry(letter: QuarantinedLetter) -> None:
    """Try it again, in the background: what is kept here, whatever the mailbox is doing. Raises WrongState."""
    if not letter.raw_name:
        check_may_fetch(letter.mailbox)
    account_id, letter_id = current_account_id(), letter.pk
    transaction.on_commit(lambda: start("retry_quarantined", account_id, letter_id))


def retry_now(letter_id: int, *, connect: Connect = imap_session) -> bool:
    """Needs the account's scope. False when somebody else works on the mailbox: it has to be asked for again."""
    found = QuarantinedLetter.objects.select_related("entry__folder", "mailbox").filter(pk=letter_id)
    letter = found.first()
    if letter is None:
        return True

    def retry(lease: Lease) -> None:
        if still := found.first():  # read again: a visit may have ended before ours began
            _retry(still, lease, connect)

    return under_lease(letter.mailbox, retry, asks_server=not letter.raw_name)


def _retry(letter: QuarantinedLetter, lease: Lease, connect: Connect) -> None:
    if letter.entry.generation != letter.entry.folder.generation:
        return  # its place means another letter now; what we kept of it can be downloaded
    try:
        raw = read_raw(letter.raw_name) if letter.raw_name else None
    except RawLetterGone:
        raw = None
    if raw is not None:
        _file(letter, lease, _read_again(letter, raw))
    elif letter.entry.is_on_server and letter.mailbox.next_sync_at is not None:
        _fetch_again(letter, lease, connect)


def _read_again(letter: QuarantinedLetter, raw: bytes) -> Batch:
    """From what we kept."""
    remote = RemoteMessage(letter.entry.uid, len(raw), letter.received_at, frozenset())
    policy = policy_of(letter.mailbox)
    try:
        read = read_safely(raw)
    except LetterUnreadable as error:
        return Batch(failed=[failed_letter(remote, len(raw), raw, error, raw_name=letter.raw_name)])
    if skipped := policy.skips(read.parsed):
        return Batch(outcomes={remote.uid: skipped})
    kept = list_files(raw) if policy.keeps_files else ()
    files = {section: store_file(policy.mailbox_id, [content]) for section, content in kept}
    prepare = prepare_for(letter.entry.folder)
    return Batch([prepare(incoming_letter(remote, read, files, letter.raw_name if policy.keeps_whole else ""))])


def _fetch_again(letter: QuarantinedLetter, lease: Lease, connect: Connect) -> None:
    """Its bytes never reached us."""
    for batch in fetch_from_place(letter.entry, letter.mailbox, connect):
        _file(letter, lease, batch)


def _file(letter: QuarantinedLetter, lease: Lease, batch: Batch) -> None:
    folder = letter.entry.folder
    batch = without_unmatched(letter.mailbox, folder, batch)
    is_new = letter.mailbox.imported_at is not None and letter.received_at >= letter.mailbox.created_at
    is_new = is_new and letter.entry.uid > folder.silent_uid
    file_one(lease, folder, batch, ledger.cursor_of(folder), Progress.NONE if is_new else Progress.SILENT)


def list_outdated(limit: int) -> list[tuple[int, int]]:
    """(account, id) of letters that an older reader failed on: it may be able to read them now.

    Those that no retry can change are left out, or they would stand before the others for ever.
    """
    has_bytes = ~Q(raw_name="") | Q(entry__is_on_server=True, mailbox__next_sync_at__isnull=False)
    with every_account("letters to read again after an upgrade"):
        outdated = QuarantinedLetter.objects.filter(
            has_bytes,
            reader_version__lt=READER_VERSION,
            entry__generation=F("entry__folder__generation"),
        )
        outdated = outdated.exclude(mailbox__state=Mailbox.State.REMOVING).order_by("tried_at")
        return list(outdated.values_list("account_id", "pk")[:limit])
