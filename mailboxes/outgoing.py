"""Collecting with one mailbox and sending through another (R07): which one may be chosen, and which one is used."""

from __future__ import annotations

from accounts.models import Membership
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from mailboxes.querysets import MailboxQuerySet


def list_outgoing_choices(member: Membership, mailbox: Mailbox) -> MailboxQuerySet:
    """What letters written in `mailbox` may go out through, as this member may choose. `mailbox` may be unsaved.

    Nobody gets to send as somebody else by it: for a shared mailbox it is a shared one, for a personal one a mailbox
    that its owner sends from. One that sends through yet another is left out, so that the way is short and plain.
    """
    own = Mailbox.objects.sendable_by(member).filter(outgoing_mailbox=None)
    others = own.exclude(pk=mailbox.pk).order_by("address_key")
    if mailbox.kind == Mailbox.Kind.SHARED:
        return others.filter(kind=Mailbox.Kind.SHARED)
    return others.filter(pk__in=Mailbox.objects.sendable_by(mailbox.owner).values("pk")) if mailbox.owner else others


def get_outgoing_for(member: Membership, mailbox: Mailbox) -> Mailbox:
    """The mailbox whose servers carry a letter that this member writes in `mailbox`.

    Raises MailboxNotFound when the member may not send from that one: rights may have changed since it was chosen.
    """
    if mailbox.outgoing_mailbox_id is None:
        return mailbox
    outgoing = Mailbox.objects.sendable_by(member).filter(pk=mailbox.outgoing_mailbox_id).first()
    if outgoing is None:
        raise MailboxNotFound
    return outgoing
