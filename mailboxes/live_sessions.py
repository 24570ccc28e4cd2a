"""Sessions for a person who waits in front of a page. A mail server that takes its time, or means harm, may hold a few
threads of this process for a while: never all of them, and not those of other accounts.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.tenancy import current_account_id
from mailboxes.connections import imap_session
from mailboxes.models import Mailbox
from mailkit.errors import TemporaryMailError
from mailkit.imap_session import ImapSession

LIVE_SECONDS = 180  # after signing in: a file of 100 MB takes its time
LIVE_AT_ONCE = 4  # of the 8 threads that a web process has
LIVE_PER_ACCOUNT = 2

_lock = threading.Lock()
_open: Counter[int] = Counter()  # by account


@contextmanager
def live_session(mailbox: Mailbox) -> Iterator[ImapSession]:
    """Raises MailError, TemporaryMailError at once when too many are waiting already."""
    with waiting_place(current_account_id()), imap_session(mailbox, seconds=LIVE_SECONDS) as session:
        yield session


@contextmanager
def waiting_place(account_id: int) -> Iterator[None]:
    """One of the places for those who wait. Raises TemporaryMailError when there is none."""
    with _lock:
        if _open.total() >= LIVE_AT_ONCE or _open[account_id] >= LIVE_PER_ACCOUNT:
            raise TemporaryMailError("Too many wait for their mail servers", step="connect")
        _open[account_id] += 1
    try:
        yield
    finally:
        with _lock:
            _open[account_id] -= 1
            if not _open[account_id]:
                del _open[account_id]
