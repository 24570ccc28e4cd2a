"""Work on a single letter that somebody asked for, between the visits to its mailbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from mailboxes import leases
from mailboxes.errors import LeaseLost
from mailboxes.lease_keeper import keeper
from mailboxes.leases import Lease
from mailboxes.models import Mailbox
from mailkit.errors import MailError
from sync.batches import policy_of
from sync.reading import Batch, read_batches
from sync.visit import Connect
from threads.models import FolderEntry
from threads.preparing import prepare_for

logger = logging.getLogger(__name__)


def under_lease(mailbox: Mailbox, work: Callable[[Lease], None], *, asks_server: bool = True) -> bool:
    """Do it while nobody else works on the mailbox. False when somebody does: it has to be asked for again.

    What asks no server can be done in a stopped mailbox, too.
    """
    lease = leases.claim(mailbox.pk, sets_next_time=False) if asks_server else leases.claim_stored(mailbox.pk)
    if lease is None:
        return asks_server and mailbox.next_sync_at is None  # nobody syncs it: there is nothing to wait for
    try:
        with keeper().keep(lease):
            work(lease)
            leases.release(lease, is_sound=False)
    except LeaseLost:
        return False
    return True


def fetch_from_place(place: FolderEntry, mailbox: Mailbox, connect: Connect) -> Iterator[Batch]:
    """The letter of this place. Nothing when the server cannot be asked, or has numbered its letters anew."""
    folder = place.folder
    try:
        with connect(mailbox) as session:
            if session.examine(folder.name).uidvalidity == folder.uidvalidity:
                yield from read_batches(session, [place.uid], policy_of(mailbox), prepare_for(folder))
    except MailError as error:
        logger.warning("letter not fetched", extra={"folder_entry_id": place.pk, "error": type(error).__name__})
