"""Letters of people without a card, in a mailbox that leaves them on the mail server (R12).

Decided for whole batches, when they are about to be filed: while they are read nobody asks the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from crm.by_address import company_keys
from crm.new_people import known_keys
from mailboxes.models import Mailbox
from sync.reading import Batch
from threads.grouping import answered_ids
from threads.known_letters import KnownLetters
from threads.letters import PreparedLetter
from threads.models import Folder, FolderEntry, Message
from threads.own_addresses import own_address_keys
from threads.signals import written_asked

Outcome = FolderEntry.Outcome


def without_unmatched(mailbox: Mailbox, folder: Folder, batch: Batch) -> Batch:
    """The batch as this mailbox stores it. A letter that is left out keeps its place in the ledger."""
    if mailbox.create_contacts or mailbox.unmatched == Mailbox.Unmatched.STORE or not batch.letters:
        return batch  # whoever has no card gets one where cards are made
    left_out = _of_strangers(mailbox, folder, batch.letters)
    return replace(
        batch,
        letters=[letter for letter in batch.letters if letter.uid not in left_out],
        outcomes={**batch.outcomes, **dict.fromkeys(left_out, Outcome.UNMATCHED)},
    )


def _of_strangers(mailbox: Mailbox, folder: Folder, letters: Sequence[PreparedLetter]) -> set[int]:
    """The UIDs of letters with somebody from outside, nobody of whom has a card, that begin something new."""
    ours = own_address_keys()
    outsiders = {letter.uid: _people(letter) - ours for letter in letters}
    on_cards = _on_cards({key for keys in outsiders.values() for key in keys}, mailbox.store_id)
    strange = [letter for letter in letters if outsiders[letter.uid] and not outsiders[letter.uid] & on_cards]
    return {letter.uid for letter in strange} - _going_on(folder, strange)


def _people(letter: PreparedLetter) -> set[str]:
    """The keys that would put it on a card."""
    return {key for _role, _position, _email, key, _name in letter.cells.participants if key}


def _on_cards(keys: Collection[str], store_id: int | None) -> set[str]:
    """Those of contacts that the mailbox finds (R09), and of companies: their cards show the letter too (R08)."""
    return known_keys(keys, store_id) | company_keys(keys) if keys else set()


def _going_on(folder: Folder, letters: Sequence[PreparedLetter]) -> set[int]:
    """Those that are part of what the mailbox has: stored already, answers to it, of one client and subject with it."""
    if not letters:
        return set()
    group_keys = {letter.group_key for letter in letters}
    known = KnownLetters.of(folder.mailbox_id, [letter.parsed for letter in letters], group_keys=group_keys)
    is_from_sent = folder.role == Folder.Role.SENT
    begun_here = {*known.by_message_id, *_carried_by_another(folder.mailbox_id, letters)}
    return {
        letter.uid
        for letter in letters
        if known.find(letter.parsed, is_from_sent=is_from_sent)
        or letter.group_key in known.threads_by_group
        or not _answered_by(letter).isdisjoint(begun_here)
    }


def _carried_by_another(mailbox_id: int, letters: Iterable[PreparedLetter]) -> set[str]:
    """Of what they answer: the Message-IDs of letters that were written here, and lie in another mailbox (R07)."""
    answered = {message_id for letter in letters for message_id in _answered_by(letter)}
    answers: Any = written_asked.send(Message, mailbox_id=mailbox_id, message_ids=answered) if answered else []
    return {message_id for _receiver, found in answers for message_id in found}


def _answered_by(letter: PreparedLetter) -> set[str]:
    return set(answered_ids(letter.parsed.in_reply_to, letter.parsed.references))
