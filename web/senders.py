"""The "From" of a new letter: where it is written, and what its recipients see."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Membership
from mailboxes.models import Mailbox


@dataclass(frozen=True, slots=True)
class Sender:
    """One choice. `answers_to` is where answers come, when another mailbox carries the letter (R07)."""

    mailbox_id: int
    name: str
    address: str
    answers_to: str
    is_own: bool


def list_senders(member: Membership) -> list[Sender]:
    """Personal mailboxes first. One that sends through another is there only if the member may send from that too."""
    rows = list(Mailbox.objects.sendable_by(member).order_by("kind", "address_key"))
    by_id = {mailbox.pk: mailbox for mailbox in rows}
    ways = [(mailbox, by_id.get(mailbox.outgoing_mailbox_id or mailbox.pk)) for mailbox in rows]
    return [_sender(member, mailbox, outgoing) for mailbox, outgoing in ways if outgoing]


def _sender(member: Membership, mailbox: Mailbox, outgoing: Mailbox) -> Sender:
    return Sender(
        mailbox_id=mailbox.pk,
        name=outgoing.display_name or member.name,
        address=outgoing.address,
        answers_to=mailbox.address if outgoing is not mailbox else "",
        is_own=mailbox.owner_id == member.pk,
    )
