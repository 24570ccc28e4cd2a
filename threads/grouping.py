"""Which letters belong together: pure decisions about values, no database in sight (rules K30-K34, G01).

client_of            whose conversation a letter is part of
collected_sender     who really wrote a letter that a collector of mail passed on (K15)
direction_of         whether it came from the client or went to him
group_key            what letters of one client and one subject have in common
plan_threads         the thread of each letter of a batch, whatever their order
plan_anew            the same for all letters of a mailbox, with what people merged and split (G01)
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from mailkit.addresses import email_key, parse_address_list
from mailkit.subjects import subject_key
from mailkit.types import Address, ParsedMessage


class Direction(StrEnum):
    """As Message.Direction."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Reason(StrEnum):
    """Why a letter is in its thread: as Message.ThreadReason."""

    SUBJECT = "subject"
    REPLY = "reply"
    FIRST = "first"
    ALONE = "alone"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Client:
    """The outside party of a letter. All three are "" when everybody in it is one of our own."""

    key: str  # mailkit.addresses.email_key
    address: str
    name: str


NOBODY = Client("", "", "")


@dataclass(frozen=True, slots=True)
class OurSide:
    """Who is one of us, as a mailbox sees it."""

    keys: Collection[str]  # of the account's mailboxes and users
    collector_domain: str = ""  # the domain of a mailbox that collects mail of other addresses (K15), else ""

    def has(self, address: Address) -> bool:
        key = email_key(address.email)
        return key in self.keys or key.rpartition("@")[2] == self.collector_domain


@dataclass(frozen=True, slots=True)
class Letter:
    """What grouping needs to know of a letter. `ref` is the caller's name for it."""

    ref: int
    received_at: datetime
    message_id: str  # "" when it has none
    reference_ids: tuple[str, ...]  # the letters it answers, nearest first: see `answered_ids`
    client_key: str
    group_key: bytes
    manual_group: int | None = None  # letters that people put together have the same number


@dataclass(frozen=True, slots=True)
class KnownThreads:
    """The existing threads of the mailbox that letters of the batch may belong to."""

    by_group: Mapping[bytes, int]
    by_message: Mapping[tuple[str, str], int]  # (client key, Message-ID) of a letter in it


NOTHING_KNOWN = KnownThreads({}, {})


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a letter goes: an existing thread, or the new thread of this number within the plan."""

    thread_id: int | None
    new_thread: int | None
    reason: Reason


def client_of(parsed: ParsedMessage, *, ours: OurSide, is_from_sent: bool) -> Client:
    """The outside address in From, or the first one in To, then Cc (rules.md, "Client").

    In a mailbox that gets copies of a colleague's mail the sender is one of us, so the recipient is the client (K34).
    """
    sender = None if is_from_sent else collected_sender(parsed, ours=ours) or parsed.sender
    for address in chain([sender] if sender else [], parsed.to, parsed.cc):
        key = email_key(address.email)
        if key and key not in ours.keys:
            return Client(key, address.email, address.name)
    return NOBODY


def direction_of(parsed: ParsedMessage, *, ours: OurSide, is_from_sent: bool) -> Direction:
    """What lies in Sent went out; so did the copy of a colleague's letter to a client that lies in our inbox (K34).

    A letter among ourselves came in where it lies in the inbox.
    """
    if is_from_sent:
        return Direction.OUTGOING
    is_by_us = parsed.sender is not None and email_key(parsed.sender.email) in ours.keys
    if is_by_us and not collected_sender(parsed, ours=ours) and client_of(parsed, ours=ours, is_from_sent=False).key:
        return Direction.OUTGOING
    return Direction.INCOMING


def collected_sender(parsed: ParsedMessage, *, ours: OurSide) -> Address | None:
    """The real sender, where the mailbox collects mail of other addresses and this letter shows it (K15).

    What passes letters on writes itself, an address of ours, into From and the sender's into X-Original-From or
    Reply-To; or it keeps From and shows in Return-Path. Strangers may forge all of it, but gain nothing: a letter is
    taken for incoming then, and whom it claims to come from they could have written into From.
    """
    if not ours.collector_domain:
        return None
    is_from_us = parsed.sender is not None and ours.has(parsed.sender)
    through_us = is_from_us or any(map(ours.has, parse_address_list(parsed.headers.get("return-path", ""))))
    original = parse_address_list(parsed.headers.get("x-original-from", "")) if through_us else ()
    candidates = chain(original, parsed.reply_to if is_from_us else ())
    return next((who for who in candidates if email_key(who.email) and not ours.has(who)), None)


def group_key(client_key: str, subject: str) -> bytes:
    """SHA-256 of client and subject as rule K30 compares them: letters with equal keys share a thread."""
    return hashlib.sha256(f"{client_key}\0{subject_key(subject)}".encode("utf-8", "surrogatepass")).digest()


def answered_ids(in_reply_to: str, references: Sequence[str]) -> tuple[str, ...]:
    """The Message-IDs a letter answers, nearest first (RFC 5322, 3.6.4: the parent stands last in References)."""
    return tuple(dict.fromkeys(found for found in (in_reply_to, *reversed(references)) if found))


def plan_threads(letters: Iterable[Letter], known: KnownThreads, *, is_grouping: bool = True) -> dict[int, Placement]:
    """The thread of each letter, by its `ref`. The order in which the letters come makes no difference.

    With grouping on, letters of the batch hang together by "answers" and by "same client and subject". What hangs
    together goes to one thread: the existing one that one of them belongs to, else a new one. Existing threads are
    never joined: where a bundle touches several, each letter follows what it answers, then its subject.
    """
    in_order = sorted(letters, key=_by_time)
    if not is_grouping:
        return {letter.ref: Placement(None, number, Reason.ALONE) for number, letter in enumerate(in_order)}
    return dict(_Plan(in_order, known).placements())


def plan_anew(letters: Iterable[Letter], *, is_grouping: bool = True) -> dict[int, Placement]:
    """The thread of each letter of a whole mailbox; all of them are new ones.

    What people put together stays together, whatever the rules say. To the other letters these groups are what existing
    threads are when new mail is filed, so both ways lead to the same threads.
    """
    in_order = sorted(letters, key=_by_time)
    by_hand = [letter for letter in in_order if letter.manual_group is not None]
    if not is_grouping or not by_hand:
        return plan_threads(in_order, NOTHING_KNOWN, is_grouping=is_grouping)
    rest = plan_threads((letter for letter in in_order if letter.manual_group is None), _threads_by_hand(by_hand))
    placements = {letter.ref: Placement(letter.manual_group, None, Reason.MANUAL) for letter in by_hand} | rest
    numbers: dict[tuple[int | None, int | None], int] = {}
    return {
        letter.ref: Placement(None, numbers.setdefault((found.thread_id, found.new_thread), len(numbers)), found.reason)
        for letter in in_order
        for found in [placements[letter.ref]]
    }


def _threads_by_hand(in_order: Sequence[Letter]) -> KnownThreads:
    """The newest letter that people placed says where its subject goes; answers go where the letter they answer is."""
    by_message: dict[tuple[str, str], int] = {}
    for letter in in_order:
        if letter.message_id and letter.manual_group is not None:
            by_message.setdefault((letter.client_key, letter.message_id), letter.manual_group)
    by_group = {letter.group_key: letter.manual_group for letter in in_order if letter.manual_group is not None}
    return KnownThreads(by_group, by_message)


def _by_time(letter: Letter) -> tuple[datetime, int]:
    return letter.received_at, letter.ref


class _Plan:
    """One run of plan_threads."""

    def __init__(self, in_order: Sequence[Letter], known: KnownThreads) -> None:
        self.known = known
        self.letters = in_order
        self.parents = self._parents()
        self.bundles = self._bundles()

    def placements(self) -> Iterator[tuple[int, Placement]]:
        for number, bundle in enumerate(self.bundles):
            yield from self._place(bundle, number)

    def _parents(self) -> dict[int, Letter | int]:
        """Of each reply: the letter of the batch, or the existing thread, that it answers. Never another client's."""
        in_batch: dict[tuple[str, str], Letter] = {}
        for letter in self.letters:
            if letter.message_id:
                in_batch.setdefault((letter.client_key, letter.message_id), letter)
        found: dict[int, Letter | int] = {}
        for letter in self.letters:
            for message_id in letter.reference_ids:
                key = (letter.client_key, message_id)
                parent = self.known.by_message.get(key) or in_batch.get(key)
                if parent is not None and parent is not letter:
                    found[letter.ref] = parent
                    break
        return found

    def _bundles(self) -> list[list[Letter]]:
        """The letters that hang together, bundles and letters in order of time (union-find)."""
        root: dict[int, int] = {letter.ref: letter.ref for letter in self.letters}

        def find(ref: int) -> int:
            while root[ref] != ref:
                root[ref] = ref = root[root[ref]]
            return ref

        first_of: dict[bytes, int] = {}
        for letter in self.letters:
            root[find(letter.ref)] = find(first_of.setdefault(letter.group_key, letter.ref))
            parent = self.parents.get(letter.ref)
            if isinstance(parent, Letter):
                root[find(letter.ref)] = find(parent.ref)
        bundles: dict[int, list[Letter]] = {}
        for letter in self.letters:
            bundles.setdefault(find(letter.ref), []).append(letter)
        return list(bundles.values())

    def _place(self, bundle: Sequence[Letter], number: int) -> Iterator[tuple[int, Placement]]:
        anchors = {letter.ref: thread for letter in bundle if (thread := self._anchor(letter)) is not None}
        default = self._default(bundle, anchors)
        seen = {letter.group_key for letter in bundle if letter.group_key in self.known.by_group}
        for letter in bundle:
            thread = self._follow(letter, anchors, default)
            reason = self._reason(letter, seen)
            seen.add(letter.group_key)
            yield letter.ref, Placement(thread, number if thread is None else None, reason)

    def _anchor(self, letter: Letter) -> int | None:
        """The existing thread this letter belongs to by itself. What it answers comes before its subject (G01)."""
        parent = self.parents.get(letter.ref)
        if parent is None:
            return self.known.by_group.get(letter.group_key)
        return parent if isinstance(parent, int) else None

    def _default(self, bundle: Sequence[Letter], anchors: Mapping[int, int]) -> int | None:
        """The existing thread for the letters of a bundle that answer nothing we have."""
        by_itself = (anchors.get(letter.ref) for letter in bundle)
        by_subject = (self.known.by_group.get(letter.group_key) for letter in bundle)
        return next((thread for thread in chain(by_itself, by_subject) if thread is not None), None)

    def _follow(self, letter: Letter, anchors: Mapping[int, int], default: int | None) -> int | None:
        """Up the chain of answers; forged headers may go round in circles."""
        visited: set[int] = set()
        step: Letter | int | None = letter
        while isinstance(step, Letter) and step.ref not in visited:
            if step.ref in anchors:
                return anchors[step.ref]
            visited.add(step.ref)
            step = self.parents.get(step.ref)
        return default

    def _reason(self, letter: Letter, seen: Collection[bytes]) -> Reason:
        if letter.ref in self.parents:
            return Reason.REPLY
        return Reason.SUBJECT if letter.group_key in seen else Reason.FIRST
