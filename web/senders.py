"""The "From" of a new letter: where it is written, and what its recipients see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import Membership
from mailboxes.models import Mailbox, SenderAlias


@dataclass(frozen=True, slots=True)
class Sender:
    """One choice. `answers_to` is where answers come, when another mailbox carries the letter (R07)."""

    mailbox_id: int
    alias_id: int | None  # another address of the mailbox, confirmed by its owner (R16)
    name: str
    address: str
    answers_to: str
    is_own: bool

    @property
    def key(self) -> str:
        """What the browser names it by."""
        return sender_key(self.mailbox_id, self.alias_id)


def sender_key(mailbox_id: int | None, alias_id: int | None) -> str:
    return f"{mailbox_id or ''}:{alias_id}" if alias_id else str(mailbox_id or "")


def list_senders(member: Membership) -> list[Sender]:
    """Personal mailboxes first. One that sends through another is there only if the member may send from that too."""
    rows = list(Mailbox.objects.sendable_by(member).order_by("kind", "address_key"))
    by_id = {mailbox.pk: mailbox for mailbox in rows}
    aliases: dict[int, list[SenderAlias]] = {}
    for alias in SenderAlias.objects.filter(mailbox__in=rows, confirmed_at__isnull=False).order_by("address_key"):
        aliases.setdefault(alias.mailbox_id, []).append(alias)
    ways = [(mailbox, by_id.get(mailbox.outgoing_mailbox_id or mailbox.pk)) for mailbox in rows]
    return [
        sender
        for mailbox, outgoing in ways
        if outgoing
        for sender in _senders(member, mailbox, outgoing, aliases.get(mailbox.pk, []))
    ]


def _senders(member: Membership, mailbox: Mailbox, outgoing: Mailbox, aliases: list[SenderAlias]) -> Iterator[Sender]:
    """The mailbox itself, then its other addresses."""
    name = outgoing.display_name or member.name
    for alias in (None, *aliases):
        yield Sender(
            mailbox_id=mailbox.pk,
            alias_id=alias.pk if alias else None,
            name=(alias.name if alias else "") or name,
            address=alias.address if alias else outgoing.address,
            answers_to=mailbox.address if outgoing is not mailbox else "",
            is_own=mailbox.owner_id == member.pk,
        )
