"""Who writes to a mailbox for the first time gets a card (R12), and the manager is told what came (R11, R13, R14).

All of it is part of the transaction that files the letters. So whatever dies, a letter is stored with its client's card
or not at all; it is never answered twice, because no letter is filed twice. No two make a card of one address: whoever
makes cards holds the lock of linking alone, and looks again once he has it (docs/adr/0029).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from accounts.models import Membership
from accounts.notices import notify
from crm.managers import managers_of
from crm.new_people import NewPeople, NewPerson, create_people, known_keys
from mailboxes.models import Mailbox
from mailboxes.policy import readers_of
from mailkit.addresses import AddressRefused, parse_typed_address
from mailkit.automatic import is_automatic
from threads.grouping import Direction
from threads.letters import PreparedLetter
from threads.linking import link_contacts

ASSIGNED = "customer.assigned"
ARRIVED = "mail.arrived"


def has_strangers(mailbox: Mailbox, letters: Iterable[PreparedLetter]) -> bool:
    """Whether cards are to be made for some of these letters, as it looks now."""
    return bool(mailbox.create_contacts and _strangers(mailbox, letters))


def create_cards(mailbox: Mailbox, letters: Iterable[PreparedLetter]) -> list[NewPerson]:
    """For those who have none. The letters are stored and the caller holds the lock of linking alone; what was stored
    of these people before comes on their cards too (G02).
    """
    strangers = _strangers(mailbox, letters)
    if not strangers:
        return []
    wanted = NewPeople(mailbox.store_id, mailbox.manager_group_id, contacts_only=mailbox.contacts_only)
    made = create_people(list(strangers.values()), wanted)
    link_contacts([person.contact.pk for person in made])
    return made


def _strangers(mailbox: Mailbox, letters: Iterable[PreparedLetter]) -> dict[str, str]:
    """Addresses by key, in the order of their letters: of clients who wrote themselves and have no card."""
    clients = {letter.client.key: letter.client.address for letter in letters if _is_of_client(letter)}
    known = known_keys(clients, mailbox.store_id) if clients else set()
    return {key: address for key, address in clients.items() if key not in known and _is_writable(address)}


def _is_of_client(letter: PreparedLetter) -> bool:
    """A person from outside wrote it to us. One of our own is no client, so his key is empty."""
    came_in = letter.direction == Direction.INCOMING and bool(letter.client.key)
    return came_in and not letter.incoming.letter.reports and not is_automatic(letter.parsed)


def _is_writable(address: str) -> bool:
    try:
        parse_typed_address(address)
    except AddressRefused:
        return False
    return True


def tell_managers(mailbox: Mailbox, letters: Mapping[int, PreparedLetter], made: Sequence[NewPerson]) -> None:
    """First of the new customers, then of each letter (R14). Of letters only those who read the mailbox (K23)."""
    if not mailbox.notify_manager:
        return
    for person in made:
        if person.responsible:
            customer = {"customer": person.customer.pk} if person.customer else {}
            notify([person.responsible], ASSIGNED, contact=person.contact.pk, **customer)
    written = {pk: letter.client.key for pk, letter in letters.items() if _is_of_client(letter)}
    managers = managers_of(set(written.values()), mailbox.store_id) if written else {}
    readers = _readers(mailbox, {pk for pks in managers.values() for pk in pks})
    for message_id, key in written.items():
        told = [readers[pk] for pk in managers.get(key, ()) if pk in readers]
        notify(told, ARRIVED, message=message_id, mailbox=mailbox.pk)


def _readers(mailbox: Mailbox, member_ids: Iterable[int]) -> dict[int, Membership]:
    return readers_of(mailbox).in_bulk(list(member_ids))
