"""Who reads in somebody else's personal mailbox stands in the audit log (G12): an administrator while it is shared."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.audit import record_once_a_day
from accounts.models import Membership
from mailboxes.models import Mailbox


def note_reading(member: Membership, mailboxes: Iterable[Mailbox]) -> None:
    """Letters of these mailboxes are shown to the member: one line a day for each that is another's own."""
    for mailbox in {mailbox.pk: mailbox for mailbox in mailboxes}.values():
        if mailbox.kind == Mailbox.Kind.PERSONAL and mailbox.owner_id != member.pk:
            record_once_a_day(member, "mail.read", target=mailbox)
