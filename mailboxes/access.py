"""The only way a face gets a mailbox."""

from __future__ import annotations

from accounts.members import get_colleague
from accounts.models import Membership
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox


def get_mailbox_for(member: Membership, mailbox_id: int | str) -> Mailbox:
    """One whose mail the member reads and writes with. Raises MailboxNotFound."""
    return _get(Mailbox.objects.visible_to(member).filter(pk=_number(mailbox_id)).first())


def get_managed_mailbox_for(member: Membership, mailbox_id: int | str) -> Mailbox:
    """One whose settings the member may change (G11). Raises MailboxNotFound, also for one that is being deleted."""
    staying = Mailbox.objects.managed_by(member).exclude(state=Mailbox.State.REMOVING)
    return _get(staying.filter(pk=_number(mailbox_id)).first())


def lock_managed_mailbox_for(member: Membership, mailbox_id: int | str) -> Mailbox:
    """As get_managed_mailbox_for, held until the caller's transaction ends. Raises MailboxNotFound, also when the right
    went since `member` was read: whoever deactivates somebody holds the rows of their mailboxes while he stops them.
    """
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first()
    return get_managed_mailbox_for(get_colleague(member.pk), mailbox.pk)


def _get(mailbox: Mailbox | None) -> Mailbox:
    if mailbox is None:
        raise MailboxNotFound
    return mailbox


def _number(value: int | str) -> int:
    """Ids are opaque to clients: what is no number names nothing."""
    return int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 19 else 0
