"""What the tasks of sync do one after the other, in one go."""

from __future__ import annotations

import time

from mailboxes import leases
from mailboxes.connections import imap_session
from sync.history import load_older
from sync.mailbox_sync import Next, sync_mailbox
from sync.visit import Connect

LONG = 3600.0


def visit_until_done(mailbox_id: int, *, connect: Connect = imap_session) -> bool:
    """New mail, and older mail where it is wanted. False when somebody else is there. Needs the account's scope."""
    then = Next.SYNC
    while then in (Next.SYNC, Next.IMPORT):
        lease = leases.claim(mailbox_id)
        if lease is None:
            return False
        then = sync_mailbox(lease, deadline=time.monotonic() + LONG, connect=connect)
    has_more = then == Next.OLDER
    while has_more:
        lease = leases.claim(mailbox_id, sets_next_time=False)
        if lease is None:
            return False
        has_more = load_older(lease, deadline=time.monotonic() + LONG, connect=connect)
    return True
