"""Filing: letters into threads, in one transaction a batch, each letter once however often it comes (architecture.md,
"How mail comes in").

A letter is the same letter when mailbox and identity are the same; one that we sent is known in the Sent folder by its
Message-ID alone, because providers change what they file themselves. Its places on the server are rows of their own.

Whoever files into a mailbox holds its row, so filing is one at a time; whoever changes letters holds their threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import live
from accounts.tenancy import current_account_id, on_commit
from mailboxes.leases import Lease, hold
from mailboxes.models import Mailbox
from mailkit.failpoints import failpoint
from mailkit.mime_reader import parse_message, strip_attachments
from mailkit.types import ParsedMessage
from threads import filing_sql
from threads.filing_sql import FolderCursor, KnownMessage, Place
from threads.grouping import KnownThreads, Placement, plan_threads
from threads.letters import SEEN, IncomingLetter, PreparedLetter, prepare_letter
from threads.linking import link_messages
from threads.models import Folder, FolderEntry, Message
from threads.own_addresses import own_address_keys
from threads.signals import message_filed
from threads.thread_counts import lock_threads, recount_threads

NO_OUTCOMES: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class FiledBatch:
    """What a batch brought."""

    new_message_ids: Sequence[int]
    known_count: int  # letters that were stored already


def file_batch(
    folder: Folder,
    letters: Sequence[IncomingLetter],
    *,
    lease: Lease,
    cursor: FolderCursor,
    is_import: bool,
    outcomes: Mapping[int, str] = NO_OUTCOMES,
) -> FiledBatch:
    """Letters, threads, card links, ledger and cursor of one batch. Raises LeaseLost; then nothing is written.

    `outcomes` says what became of UIDs that bring no letter. Nobody is told of an import (G15), but of its progress.
    """
    is_from_sent = folder.role == Folder.Role.SENT
    own_keys = own_address_keys()
    known = _Known.of(folder.mailbox_id, [letter.parsed for letter in letters])
    # What is known now stays known: stored letters are never removed while their mailbox is being synced.
    prepared = {
        letter.uid: prepare_letter(letter, own_keys=own_keys, is_from_sent=is_from_sent)
        for letter in letters
        if known.find(letter.parsed, is_from_sent=is_from_sent) is None
    }
    failpoint("Y7")
    with transaction.atomic():
        mailbox = hold(lease)
        known = _Known.of(mailbox.pk, [letter.parsed for letter in letters])
        found = {
            letter.uid: message
            for letter in letters
            if (message := known.find(letter.parsed, is_from_sent=is_from_sent))
        }
        filed = _file_new(mailbox, [prepared[letter.uid] for letter in letters if letter.uid not in found], known)
        ids = {**{uid: message.id for uid, message in found.items()}, **_ids_by_uid(letters, filed)}
        filing_sql.mark_found([message.id for message in found.values() if not message.on_server])
        counted = filing_sql.record_places(folder.pk, cursor.generation, _places(letters, ids, outcomes))
        failpoint("Y8")
        filing_sql.move_cursor(folder.pk, cursor)
        if is_import:
            filing_sql.count_imported(mailbox.pk, sum(outcome != FolderEntry.Outcome.OLDER for outcome in counted))
            live.publish("import", mailbox_id=mailbox.pk)
        else:
            answered = {letter.parsed.message_id for letter in filed.values()} - {""}
            filing_sql.note_early_replies(mailbox.pk, list(filed), answered)
            _tell(mailbox, list(filed))
        failpoint("Y9")
    return FiledBatch(list(filed), len(found))


def file_sent_letter(mailbox: Mailbox, *, raw: bytes, sent_at: datetime) -> Message:
    """The letter that the server has just accepted from us (K14, M93). Called again, or after sync: the same row."""
    parsed = parse_message(raw)
    letter = IncomingLetter(0, sent_at, frozenset([SEEN]), parsed, strip_attachments(raw))
    prepared = prepare_letter(letter, own_keys=own_address_keys(), is_from_sent=True, is_ours=True)
    with transaction.atomic():
        held = Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)
        known = _Known.of(held.pk, [parsed])
        if stored := known.find_sent(parsed):
            Message.objects.filter(pk=stored.id, is_ours=False).update(is_ours=True)
            return Message.objects.get(pk=stored.id)
        filed = _file_new(held, [prepared], known, on_server=held.can_receive)
        _tell(held, list(filed))
        return Message.objects.get(pk__in=filed)


@dataclass(frozen=True, slots=True)
class _Known:
    """The stored letters of the mailbox that those of a batch may be, or may answer."""

    by_identity: Mapping[bytes, KnownMessage]
    by_message_id: Mapping[str, Sequence[KnownMessage]]

    @classmethod
    def of(cls, mailbox_id: int, batch: Sequence[ParsedMessage]) -> _Known:
        mentioned = {found for parsed in batch for found in (parsed.message_id, parsed.in_reply_to, *parsed.references)}
        messages = filing_sql.select_known(mailbox_id, [parsed.identity for parsed in batch], mentioned - {""})
        by_message_id: dict[str, list[KnownMessage]] = {}
        for message in messages:
            by_message_id.setdefault(message.message_id_header, []).append(message)
        return cls({message.identity: message for message in messages}, by_message_id)

    def find(self, parsed: ParsedMessage, *, is_from_sent: bool) -> KnownMessage | None:
        """The stored letter that this one is."""
        same = self.by_identity.get(parsed.identity)
        if same or not is_from_sent or not parsed.message_id:
            return same
        return next((m for m in self.by_message_id.get(parsed.message_id, ()) if m.is_ours), None)

    def find_sent(self, parsed: ParsedMessage) -> KnownMessage | None:
        """The copy of our own letter that sync found first."""
        same_id = self.by_message_id.get(parsed.message_id, ()) if parsed.message_id else ()
        return self.by_identity.get(parsed.identity) or next((m for m in same_id if m.is_outgoing), None)

    def threads_by_message(self) -> dict[tuple[str, str], int]:
        threads: dict[tuple[str, str], int] = {}
        for message_id, messages in self.by_message_id.items():
            for message in messages:
                threads.setdefault((message.client_key, message_id), message.thread_id)
        return threads


def _file_new(
    mailbox: Mailbox, letters: Sequence[PreparedLetter], known: _Known, *, on_server: bool = True
) -> dict[int, PreparedLetter]:
    """Insert letters that are not stored yet, by their new ids. The same letter twice in a batch is one."""
    unique = list({letter.parsed.identity: letter for letter in reversed(letters)}.values())[::-1]
    if not unique:
        return {}
    by_group = filing_sql.select_threads_by_group(mailbox.pk, {letter.group_key for letter in unique})
    plan = plan_threads(
        (letter.for_grouping(ref) for ref, letter in enumerate(unique)),
        KnownThreads(by_group, known.threads_by_message()),
        is_grouping=mailbox.group_messages,
    )
    threads = _threads_of(mailbox, unique, plan)
    placed = [(letter, threads[ref], plan[ref].reason.value) for ref, letter in enumerate(unique)]
    message_ids = filing_sql.insert_messages(mailbox.pk, placed, on_server=on_server)
    filed = dict(zip(message_ids, unique, strict=True))
    filing_sql.insert_parts(mailbox.pk, filed)
    link_messages(message_ids)
    failpoint("Y11")
    recount_threads(set(threads.values()))
    return filed


def _threads_of(mailbox: Mailbox, letters: Sequence[PreparedLetter], plan: Mapping[int, Placement]) -> dict[int, int]:
    """The thread ids of letters by their place in the list: existing threads locked, new ones made."""
    existing = {ref: placement.thread_id for ref, placement in plan.items() if placement.thread_id is not None}
    names = lock_threads(set(existing.values()))
    filing_sql.fill_client_names(
        {
            thread: letters[ref].client.name
            for ref, thread in existing.items()
            if not names[thread] and letters[ref].client.name
        }
    )
    heads: dict[int, PreparedLetter] = {}
    for ref, placement in plan.items():
        if placement.new_thread is not None:
            head = heads.setdefault(placement.new_thread, letters[ref])
            if letters[ref].client.name and not head.client.name:
                heads[placement.new_thread] = letters[ref]
    made = dict(zip(heads, filing_sql.insert_threads(mailbox.pk, list(heads.values())), strict=True))
    return {ref: made[p.new_thread] if p.new_thread is not None else existing[ref] for ref, p in plan.items()}


def _ids_by_uid(letters: Sequence[IncomingLetter], filed: Mapping[int, PreparedLetter]) -> dict[int, int]:
    by_identity = {letter.parsed.identity: pk for pk, letter in filed.items()}
    return {
        letter.uid: by_identity[letter.parsed.identity] for letter in letters if letter.parsed.identity in by_identity
    }


def _places(letters: Sequence[IncomingLetter], ids: Mapping[int, int], outcomes: Mapping[int, str]) -> Iterator[Place]:
    for letter in letters:
        yield Place(letter.uid, ids[letter.uid], FolderEntry.Outcome.IMPORTED, SEEN in letter.flags, is_on_server=True)
    for uid, outcome in outcomes.items():
        yield Place(uid, None, outcome, is_seen=False, is_on_server=outcome != FolderEntry.Outcome.GONE)


def _tell(mailbox: Mailbox, message_ids: Sequence[int]) -> None:
    """On commit: the rooms above, and open browsers."""
    if not message_ids:
        return
    account_id, mailbox_id = current_account_id(), mailbox.pk

    def send() -> None:
        message_filed.send_robust(Message, account_id=account_id, mailbox_id=mailbox_id, message_ids=message_ids)

    on_commit(send)
    live.publish("mail", mailbox_id=mailbox_id)
