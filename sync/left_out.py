"""Letters that stayed on the server because nobody in them had a card are fetched when somebody asks for one."""

from __future__ import annotations

from django.db import transaction

from accounts.tenancy import current_account_id
from mailboxes.connections import imap_session
from mailboxes.leases import Lease
from sync import ledger
from sync.asking import check_may_fetch
from sync.batches import file_one
from sync.one_letter import fetch_from_place, under_lease
from sync.starting import start
from sync.visit import Connect
from threads.filing import Progress
from threads.models import FolderEntry


def request_fetch(place: FolderEntry) -> None:
    """In the background. Raises WrongState."""
    check_may_fetch(place.folder.mailbox)
    account_id, place_id = current_account_id(), place.pk
    transaction.on_commit(lambda: start("fetch_left_out", account_id, place_id))


def fetch_now(place_id: int, *, connect: Connect = imap_session) -> bool:
    """Needs the account's scope. False when somebody else works on the mailbox: it has to be asked for again."""
    waiting = FolderEntry.objects.filter(pk=place_id, outcome=FolderEntry.Outcome.UNMATCHED, is_on_server=True)
    place = waiting.select_related("folder__mailbox").first()
    if place is None or place.generation != place.folder.generation:
        return True
    return under_lease(place.folder.mailbox, lambda lease: _fetch(place, lease, connect))


def _fetch(place: FolderEntry, lease: Lease, connect: Connect) -> None:
    """Silently: it is an old letter, and nothing shall answer it by itself."""
    for batch in fetch_from_place(place, place.folder.mailbox, connect):
        file_one(lease, place.folder, batch, ledger.cursor_of(place.folder), Progress.SILENT)
