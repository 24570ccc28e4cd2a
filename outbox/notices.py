"""What the author of a letter should know, even if he has gone on to other things."""

from __future__ import annotations

from accounts.notices import notify
from outbox.models import OutgoingMail

FAILED = "mail.failed"
SOME_REFUSED = "mail.some_refused"
UNKNOWN = "mail.unknown"
BOUNCED = "mail.bounced"


def tell_author(mail: OutgoingMail, kind: str) -> None:
    """In the caller's transaction. The facts lead to the letter; `thread` only when there is one. A mailing tells what
    became of its letters as a whole: by its results, and by pausing itself when too many come back.
    """
    if mail.mailing_id:
        return
    thread = {"thread": mail.thread_id} if mail.thread_id else {}
    notify([mail.author], kind, mail=mail.pk, mailbox=mail.mailbox_id, **thread)
