"""Letters become safe: their bytes in storage, their rows committed. Only then may the listener say 250 (G03).

Letters that come at one time are stored together: they share the statements, the waits for the disk and the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.tenancy import tenant
from mailboxes.system import system_mailbox
from mailkit.failpoints import failpoint
from mailkit.smtp_letters import ArrivingLetter, Fault
from smart_addresses.addresses import Recipient
from smart_addresses.inserting import TracedRow, insert_once
from smart_addresses.models import ArrivedLetter
from smart_addresses.senders import sender_rule
from smart_addresses.trace import ReadTrace, kept_chunks, read_trace
from threads.raw_store import store_raw_streams

NOT_ALLOWED = Fault("sender_not_allowed", "550 5.7.1 You may not write to this address")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter for one of an account's addresses, `named` as the peer wrote it."""

    letter: ArrivingLetter
    recipient: Recipient
    named: str


def store_letters(deliveries: Sequence[Delivery], *, our_name: str) -> list[int | Fault]:
    """In their order the rows of the letters, which are safe when this returns; a letter that is here already has one.
    Raises OSError and what the database raises: then some may be kept, and may be stored again.
    """
    outcomes: dict[int, int | Fault] = {}
    for account_id in {delivery.recipient.account_id for delivery in deliveries}:
        mine = {n: delivery for n, delivery in enumerate(deliveries) if delivery.recipient.account_id == account_id}
        with tenant(account_id):
            outcomes.update(zip(mine, _store_for_account(list(mine.values()), our_name), strict=True))
    return [outcomes[number] for number in range(len(deliveries))]


def _store_for_account(deliveries: Sequence[Delivery], our_name: str) -> list[int | Fault]:
    rule = None if all(delivery.recipient.is_open for delivery in deliveries) else sender_rule()
    outcomes: dict[int, int | Fault] = {}
    taken: dict[int, tuple[Delivery, ReadTrace]] = {}
    for number, delivery in enumerate(deliveries):
        trace = read_trace(delivery.letter.file, our_name=our_name)
        if rule and rule.refuses(mail_from=delivery.letter.envelope.mail_from, header_from=trace.header_from):
            outcomes[number] = NOT_ALLOWED
        else:
            taken[number] = (delivery, trace)
    if taken:
        outcomes.update(zip(taken, _store_taken(list(taken.values())), strict=True))
    return [outcomes[number] for number in range(len(deliveries))]


def _store_taken(taken: Sequence[tuple[Delivery, ReadTrace]]) -> list[int]:
    texts = (kept_chunks(delivery.letter.file, trace) for delivery, trace in taken)
    names = store_raw_streams(taken[0][0].recipient.mailbox_id or system_mailbox().pk, texts)
    failpoint("R3")
    return insert_once([_row(*one, raw_name) for one, raw_name in zip(taken, names, strict=True)])


def _row(delivery: Delivery, trace: ReadTrace, raw_name: str) -> TracedRow:
    letter = delivery.letter
    row = ArrivedLetter(
        address=delivery.recipient.address,
        recipient=delivery.named,
        mail_from=letter.envelope.mail_from,
        peer=letter.envelope.peer or None,
        helo=letter.envelope.helo,
        raw_name=raw_name,
        raw_size=letter.size - trace.body_at + len(trace.header),
        digest=trace.digest,
        message_id_header=trace.message_id_header,
    )
    return TracedRow(row, trace.body_digest)
