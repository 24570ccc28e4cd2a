"""Filing: letters into threads, in one transaction a batch, each letter once however often it comes (architecture.md,
"How mail comes in").

A letter is the same letter when mailbox and identity are the same; one that we sent is known in the Sent folder by its
Message-ID alone, because providers change what they file themselves. Its places on the server are rows of their own.

Whoever files into a mailbox holds its row, so filing is one at a time; whoever changes letters holds their threads.
Whatever a batch holds, it costs at most 15 statements: docs/adr/0010-filing-in-few-statements.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from accounts import live
from accounts.tenancy import current_account_id, on_commit
from mailboxes.leases import Lease, hold
from mailboxes.models import Mailbox
from mailkit.failpoints import failpoint
from mailkit.letter_reader import read_letter
from threads import filing_sql, ledger_sql
from threads.filing_sql import KnownMessage, NewRows
from threads.grouping import Client, OurSide, Placement, plan_threads
from threads.known_letters import KnownLetters
from threads.lead_on_reply import note_answered, note_answered_elsewhere
from threads.ledger_sql import FolderCursor, NotedPlace, Place
from threads.letters import SEEN, FailedLetter, IncomingLetter, PreparedLetter
from threads.linking import link_messages
from threads.models import Folder, FolderEntry, Message
from threads.own_addresses import our_side_of
from threads.preparing import prepare_letter
from threads.raw_store import store_raw_stream, store_raws
from threads.signals import message_filed
from threads.sql import run
from threads.stored_names import Owners, delete_unnamed
from threads.thread_counts import lock_threads, recount_threads
from threads.unknown_people import create_cards, has_strangers, tell_managers

NO_OUTCOMES: Mapping[int, str] = {}
Outcome = FolderEntry.Outcome


# PostgreSQL keeps its plans for checking foreign keys as long as a connection lives. Made while a table was small they
# read it from end to end for each letter; a first import on a young database is then half as fast.
FORGET_PLANS = "DISCARD PLANS"
MANY = 10  # letters: fewer are not worth making plans anew


class Progress(StrEnum):
    """What a batch is part of."""

    NONE = "none"  # new mail: rooms and browsers are told
    IMPORT = "import"  # of the window of a first import: silent, but counted (G15)
    OLDER = "older"  # of what lies before that window: silent too, and so much less is left
    SILENT = "silent"  # a letter of one of these that was set aside, and counted, then


@dataclass(frozen=True, slots=True)
class FiledBatch:
    """What a batch brought."""

    new_message_ids: Sequence[int]
    known_count: int  # letters that were stored already


def file_batch(  # noqa: PLR0913  (all of it goes into one transaction)
    folder: Folder,
    letters: Sequence[PreparedLetter],
    *,
    lease: Lease,
    cursor: FolderCursor,
    progress: Progress = Progress.NONE,
    outcomes: Mapping[int, str] = NO_OUTCOMES,
    failed: Sequence[FailedLetter] = (),
) -> FiledBatch:
    """Letters, threads, card links, ledger, quarantine and cursor of one batch. Raises LeaseLost; then nothing is
    written.

    `outcomes` says what became of UIDs that bring no letter, `failed` of those whose letter could not be read. Nobody
    is told of an import or of older mail (G15), but of its progress.
    """
    is_from_sent = folder.role == Folder.Role.SENT
    before = KnownLetters.of(folder.mailbox_id, [letter.parsed for letter in letters])
    buried = [letter for letter in letters if before.is_buried(letter.parsed, is_from_sent=is_from_sent)]
    outcomes = {**outcomes, **{letter.uid: Outcome.DELETED for letter in buried}}
    letters = [_with_whole_stored(folder.mailbox_id, letter) for letter in letters if letter.uid not in outcomes]
    unknown = _store_unknown(folder, letters, before)
    failpoint("Y7")
    with transaction.atomic():
        mailbox = hold(lease)
        known = _known_to(mailbox, letters)
        found = {
            letter.uid: message
            for letter in letters
            if (message := known.find(letter.parsed, is_from_sent=is_from_sent))
        }
        new = {uid: ready for uid, ready in unknown.items() if uid not in found}
        filed = _file_new(mailbox, list(new.values()), known, is_silent=progress != Progress.NONE)
        _keep_copies([letter.incoming for letter in letters if letter.uid in found], found)
        failpoint("Y8")
        ids = {**{uid: message.id for uid, message in found.items()}, **_ids_by_uid(new, filed)}
        noted = ledger_sql.note_places(
            folder.pk,
            _places(letters, ids, {**outcomes, **{letter.uid: Outcome.FAILED for letter in failed}}),
            cursor=cursor,
            found_ids=[message.id for message in found.values() if not message.on_server],
        )
        ledger_sql.quarantine(mailbox.pk, folder.pk, cursor.generation, failed)
        _report(mailbox, progress, filed, noted)
        failpoint("Y9")
    _discard(folder.mailbox_id, [letter.incoming for letter in buried])
    return FiledBatch(list(filed), len(found))


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that the server has accepted from us."""

    raw: bytes
    sent_at: datetime
    written_in_id: int | None = None  # the mailbox it was written in, when this one only carried it (R07)


def file_sent_letters(mailbox: Mailbox, letters: Sequence[SentLetter]) -> list[tuple[int, int] | None]:
    """Message and thread of each (K14, M93). Called again, or after sync: the same rows. None for letters that people
    have deleted for good meanwhile.
    """
    ours = our_side_of(mailbox.pk)
    prepared = [_prepare_sent(letter, ours) for letter in letters]
    storing = store_raws(mailbox.pk, [letter.incoming.letter.raw for letter in prepared])
    storing.wait()
    with transaction.atomic():
        held = Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)
        known = _known_to(held, prepared)
        found = {letter.parsed.identity: same for letter in prepared if (same := known.find_sent(letter.parsed))}
        others = [same.id for same in found.values() if not same.is_ours]  # sync was first to see them in Sent
        if others:
            Message.objects.filter(pk__in=others).update(is_ours=True)
        new = [
            _Ready(letter, name)
            for letter, name in zip(prepared, storing.names, strict=True)
            if letter.parsed.identity not in found and not known.is_buried(letter.parsed, is_from_sent=True)
        ]
        filed = _file_new(held, new, known, on_server=held.can_receive)
        places = _found_and_filed(prepared, found, filed)
        _note_answered_elsewhere(zip(letters, prepared, places, strict=True))
        _tell(held, list(filed))
        return places


def file_without_place(
    mailbox: Mailbox, letters: Sequence[PreparedLetter], *, is_silent: bool = False
) -> list[tuple[int, int] | None]:
    """Letters that lie in no folder of a mail server: those that came to smart addresses, and imported ones. Their
    bytes are in storage already, and their files (IncomingLetter.raw_name, stored_files).

    Message and thread of each; None for what people have deleted for good (K60). The same again: the same rows. Of
    silent ones nobody is told (G15).
    """
    with transaction.atomic():
        held = Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)
        known = _known_to(held, letters)
        found = {
            letter.parsed.identity: same
            for letter in letters
            if (same := known.find(letter.parsed, is_from_sent=False))
        }
        new = [
            _Ready(letter, letter.incoming.raw_name)
            for letter in letters
            if letter.parsed.identity not in found and not known.is_buried(letter.parsed, is_from_sent=False)
        ]
        filed = _file_new(held, new, known, on_server=False, is_silent=is_silent)
        if not is_silent:
            _tell(held, list(filed))
        return _found_and_filed(letters, found, filed)


def _found_and_filed(
    letters: Sequence[PreparedLetter], found: Mapping[bytes, KnownMessage], filed: Mapping[int, PreparedLetter]
) -> list[tuple[int, int] | None]:
    """Message and thread of each letter, None for those that were left out."""
    threads = dict(Message.objects.filter(pk__in=filed).values_list("pk", "thread_id")) if filed else {}
    places = {identity: (same.id, same.thread_id) for identity, same in found.items()}
    places |= {letter.parsed.identity: (pk, threads[pk]) for pk, letter in filed.items()}
    return [places.get(letter.parsed.identity) for letter in letters]


def _note_answered_elsewhere(
    filed: Iterable[tuple[SentLetter, PreparedLetter, tuple[int, int] | None]],
) -> None:
    """Of letters that went out through another mailbox than theirs."""
    written: dict[int, dict[int, PreparedLetter]] = {}
    for letter, prepared, place in filed:
        if letter.written_in_id and place:
            written.setdefault(letter.written_in_id, {})[place[0]] = prepared
    for mailbox_id, replies in written.items():
        note_answered_elsewhere(mailbox_id, replies)


def _prepare_sent(letter: SentLetter, ours: OurSide) -> PreparedLetter:
    incoming = IncomingLetter(0, letter.sent_at, frozenset([SEEN]), read_letter(letter.raw))
    return prepare_letter(incoming, ours=ours, is_from_sent=True, is_ours=True)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter that is ready, with its bytes in storage."""

    letter: PreparedLetter
    raw_name: str


def _store_unknown(folder: Folder, letters: Sequence[PreparedLetter], known: KnownLetters) -> dict[int, _Ready]:
    """By UID, without those that are stored: they stay stored, letters are never removed while their mailbox is being
    synced. Before the transaction, because storage may lie behind a network."""
    is_from_sent = folder.role == Folder.Role.SENT
    unknown = [letter for letter in letters if known.find(letter.parsed, is_from_sent=is_from_sent) is None]
    missing = [letter for letter in unknown if not letter.incoming.raw_name]
    storing = store_raws(folder.mailbox_id, [letter.incoming.letter.raw for letter in missing])
    names = dict(zip([letter.uid for letter in missing], storing.names, strict=True))
    storing.wait()
    return {letter.uid: _Ready(letter, letter.incoming.raw_name or names[letter.uid]) for letter in unknown}


def _discard(mailbox_id: int, letters: Sequence[IncomingLetter]) -> None:
    """What was put into storage of letters that are gone for good."""
    names = [name for letter in letters for name in (letter.raw_name, *letter.stored_files.values())]
    delete_unnamed(Owners(mailbox_id, [letter.letter.parsed.message_id for letter in letters]), names)


def _with_whole_stored(mailbox_id: int, letter: PreparedLetter) -> PreparedLetter:
    """A letter without files is whole as it is read. If we have it already, its row may not say so yet."""
    incoming = letter.incoming
    if not incoming.raw_is_whole or incoming.raw_name:
        return letter
    return replace(letter, incoming=replace(incoming, raw_name=store_raw_stream(mailbox_id, [incoming.letter.raw])))


def _known_to(mailbox: Mailbox, letters: Sequence[PreparedLetter]) -> KnownLetters:
    keys = {letter.group_key for letter in letters}
    return KnownLetters.of(mailbox.pk, [letter.parsed for letter in letters], group_keys=keys)


def _file_new(
    mailbox: Mailbox,
    letters: Sequence[_Ready],
    known: KnownLetters,
    *,
    on_server: bool = True,
    is_silent: bool = False,
) -> dict[int, PreparedLetter]:
    """Insert letters that are not stored yet, by their new ids. The same letter twice in a batch is one."""
    first: dict[bytes, _Ready] = {}
    for ready in letters:
        first.setdefault(ready.letter.parsed.identity, ready)
    if not first:
        return {}
    unique = [ready.letter for ready in first.values()]
    plan = plan_threads(
        (letter.for_grouping(ref) for ref, letter in enumerate(unique)),
        known.threads(),
        is_grouping=mailbox.group_messages,
    )
    if len(unique) >= MANY:
        run(FORGET_PLANS)
    has_new_people = has_strangers(mailbox, unique)
    rows = _rows_of(unique, [ready.raw_name for ready in first.values()], plan, links_alone=has_new_people)
    link_messages(filing_sql.insert_letters(mailbox.pk, rows, on_server=on_server))
    made = create_cards(mailbox, unique) if has_new_people else []
    if not is_silent:
        tell_managers(mailbox, rows.messages, made)
    failpoint("Y11")
    recount_threads({thread_id for thread_id, _ in rows.placed.values()})
    return dict(rows.messages)


def _rows_of(
    letters: Sequence[PreparedLetter], raw_names: Sequence[str], plan: Mapping[int, Placement], *, links_alone: bool
) -> NewRows:
    """Existing threads are locked; the lock of linking is taken."""
    existing = {ref: placement.thread_id for ref, placement in plan.items() if placement.thread_id is not None}
    names = lock_threads(set(existing.values()))
    heads = _heads(letters, plan)
    thread_ids, message_ids = filing_sql.take_ids(threads=len(heads), messages=len(letters), links_alone=links_alone)
    made = dict(zip(heads, thread_ids, strict=True))
    threads = {ref: made[p.new_thread] if p.new_thread is not None else existing[ref] for ref, p in plan.items()}
    return NewRows(
        threads=dict(zip(thread_ids, heads.values(), strict=True)),
        named=_names_found(letters, {ref: thread for ref, thread in existing.items() if not names[thread]}),
        messages=dict(zip(message_ids, letters, strict=True)),
        placed={pk: (threads[ref], plan[ref].reason.value) for ref, pk in enumerate(message_ids)},
        raw_names=dict(zip(message_ids, raw_names, strict=True)),
    )


def _heads(letters: Sequence[PreparedLetter], plan: Mapping[int, Placement]) -> dict[int, PreparedLetter]:
    """Of each new thread of the plan a letter that shows its client, with his name if one has it."""
    heads: dict[int, PreparedLetter] = {}
    for ref, placement in plan.items():
        if placement.new_thread is not None:
            head = heads.setdefault(placement.new_thread, letters[ref])
            if letters[ref].client.name and not head.client.name:
                heads[placement.new_thread] = letters[ref]
    return heads


def _names_found(letters: Sequence[PreparedLetter], nameless: Mapping[int, int]) -> dict[int, Client]:
    """The clients by thread, where a letter (of these, by their place in the list) has the name."""
    return {thread: letters[ref].client for ref, thread in nameless.items() if letters[ref].client.name}


def _keep_copies(letters: Sequence[IncomingLetter], found: Mapping[int, KnownMessage]) -> None:
    """What was put into storage of letters that are stored already: keeping copies may be new, or their place."""
    whole = {found[letter.uid].id: letter.raw_name for letter in letters if letter.raw_is_whole}
    files = [
        (found[letter.uid].id, section, name) for letter in letters for section, name in letter.stored_files.items()
    ]
    filing_sql.keep_copies(whole, files)


def _ids_by_uid(new: Mapping[int, _Ready], filed: Mapping[int, PreparedLetter]) -> dict[int, int]:
    by_identity = {letter.parsed.identity: pk for pk, letter in filed.items()}
    return {uid: by_identity[ready.letter.parsed.identity] for uid, ready in new.items()}


def _places(letters: Sequence[PreparedLetter], ids: Mapping[int, int], outcomes: Mapping[int, str]) -> Iterator[Place]:
    for letter in letters:
        yield Place(letter.uid, ids[letter.uid], Outcome.IMPORTED, SEEN in letter.incoming.flags, is_on_server=True)
    for uid, outcome in outcomes.items():
        yield Place(uid, None, outcome, is_seen=False, is_on_server=outcome != Outcome.GONE)


def _report(
    mailbox: Mailbox, progress: Progress, filed: Mapping[int, PreparedLetter], noted: Sequence[NotedPlace]
) -> None:
    """On commit: to the rooms above and open browsers, or, of an import, how far it is."""
    dealt_with = [place for place in noted if place.outcome != Outcome.OLDER]
    if progress == Progress.NONE:
        answered = {letter.parsed.message_id for letter in filed.values()} - {""}
        ledger_sql.note_early_replies(mailbox.pk, list(filed), answered)
        _tell(mailbox, list(filed))
        return
    if progress == Progress.IMPORT:
        ledger_sql.count_imported(mailbox.pk, sum(place.is_new for place in dealt_with))
    elif progress == Progress.OLDER:  # some of them were left out by the first import, and have a place that says so
        ledger_sql.count_loaded(mailbox.pk, len(dealt_with))
    live.publish("import", mailbox_id=mailbox.pk)


def _tell(mailbox: Mailbox, message_ids: Sequence[int]) -> None:
    if not message_ids:
        return
    note_answered(mailbox, message_ids)
    account_id, mailbox_id = current_account_id(), mailbox.pk

    def send() -> None:
        message_filed.send_robust(Message, account_id=account_id, mailbox_id=mailbox_id, message_ids=message_ids)

    on_commit(send)
    live.publish("mail", mailbox_id=mailbox_id)
