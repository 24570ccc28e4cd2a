"""From UIDs to letters ready for filing: in batches that bound memory; a bad letter never stops the others (G14).

What is kept of a letter depends on the mailbox's settings, never on its size: small letters are fetched whole, many at
once; of a large one its text comes first, and its files only where copies are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from mailkit.errors import LetterUnreadable, MessageGone
from mailkit.failpoints import failpoint
from mailkit.imap_session import ImapSession
from mailkit.large_letter import LARGE_LETTER_BYTES, fetch_skeleton, stream_file, stream_whole
from mailkit.letter_reader import list_files
from mailkit.reading_pool import read_safely
from mailkit.types import FetchedMessage, ReadLetter, RemoteMessage
from sync.letter_head import describe_head
from sync.policy import Policy
from threads.attachment_store import store_file
from threads.letters import FailedLetter, IncomingLetter, PreparedLetter
from threads.models import FolderEntry, QuarantinedLetter
from threads.preparing import Prepare
from threads.raw_store import store_raw_stream

logger = logging.getLogger(__name__)

BATCH_LETTERS = 200
BATCH_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 64 * 1024
Outcome = FolderEntry.Outcome
Reason = QuarantinedLetter.Reason


@dataclass(frozen=True, slots=True)
class Batch:
    """What is filed in one transaction: letters, what became of UIDs without one, and those set aside."""

    letters: Sequence[PreparedLetter] = ()
    outcomes: Mapping[int, str] = field(default_factory=dict)
    failed: Sequence[FailedLetter] = ()
    byte_count: int = 0  # as much was asked of the server
    raws: Mapping[int, bytes] = field(default_factory=dict, repr=False)  # of small letters, as they came


def read_batches(session: ImapSession, uids: Sequence[int], policy: Policy, prepare: Prepare) -> Iterator[Batch]:
    """Letters of the examined folder, in the order of `uids`. Raises MailError."""
    for start in range(0, len(uids), BATCH_LETTERS):
        wanted = uids[start : start + BATCH_LETTERS]
        letters = session.fetch_headers(wanted)
        if silent := set(wanted) - {letter.uid for letter in letters}:
            yield _without_letter(session, silent)
        for group in split_by_size(letters):
            pile = _Pile(policy, prepare)
            yield _read_large(session, group[0], pile) if is_large(group[0]) else _read(session, group, pile)


def is_large(letter: RemoteMessage) -> bool:
    return letter.size > LARGE_LETTER_BYTES


def split_by_size(letters: Iterable[RemoteMessage]) -> Iterator[list[RemoteMessage]]:
    """In groups of at most BATCH_BYTES; a large letter is a group of its own."""
    group: list[RemoteMessage] = []
    total = 0
    for letter in letters:
        if group and (is_large(letter) or total + letter.size > BATCH_BYTES):
            yield group
            group, total = [], 0
        if is_large(letter):
            yield [letter]
            continue
        group.append(letter)
        total += letter.size
    if group:
        yield group


def _without_letter(session: ImapSession, uids: set[int]) -> Batch:
    """Nothing was said of them. Most are expunged; one that is listed still must not be lost for it (G13)."""
    there = session.still_there(sorted(uids))
    failed = [not_handed_out(uid) for uid in sorted(there)]
    return Batch(outcomes=dict.fromkeys(uids - there, Outcome.GONE), failed=failed)


def not_handed_out(uid: int) -> FailedLetter:
    return FailedLetter(uid, timezone.now(), 0, Reason.UNREADABLE, "the server does not hand it out")


class _Pile:
    """A batch that grows."""

    def __init__(self, policy: Policy, prepare: Prepare) -> None:
        self.policy = policy
        self.prepare = prepare
        self.letters: list[PreparedLetter] = []
        self.outcomes: dict[int, str] = {}
        self.failed: list[FailedLetter] = []
        self.raws: dict[int, bytes] = {}

    def skips(self, uid: int, letter: ReadLetter) -> bool:
        """Whether the mailbox does not store such letters; then that is noted."""
        if skipped := self.policy.skips(letter.parsed):
            self.outcomes[uid] = skipped
        return skipped is not None

    def to_batch(self, byte_count: int) -> Batch:
        return Batch(self.letters, self.outcomes, self.failed, byte_count, self.raws)


def _read(session: ImapSession, group: Sequence[RemoteMessage], pile: _Pile) -> Batch:
    silent = {letter.uid for letter in group}
    for fetched in session.fetch_messages([letter.uid for letter in group]):
        failpoint("Y6")
        silent.discard(fetched.uid)
        _read_small(fetched, pile)
    gone = _without_letter(session, silent) if silent else Batch()
    pile.outcomes.update(gone.outcomes)
    pile.failed.extend(gone.failed)
    return pile.to_batch(sum(letter.size for letter in group))


def _read_small(fetched: FetchedMessage, pile: _Pile) -> None:
    raw, policy = fetched.raw, pile.policy
    try:
        letter = read_safely(raw)
    except LetterUnreadable as error:
        pile.failed.append(
            failed_letter(fetched, len(raw), raw, error, raw_name=store_raw_stream(policy.mailbox_id, [raw]))
        )
        return
    if not pile.skips(fetched.uid, letter):
        files = (
            {section: store_file(policy.mailbox_id, [content]) for section, content in list_files(raw)}
            if policy.keeps_files
            else {}
        )
        raw_name = (
            store_raw_stream(policy.mailbox_id, [raw]) if policy.keeps_whole else ""
        )  # on the disk before the server loses it
        pile.letters.append(pile.prepare(incoming_letter(fetched, letter, files, raw_name)))
        pile.raws[fetched.uid] = raw


def _read_large(session: ImapSession, remote: RemoteMessage, pile: _Pile) -> Batch:
    """Never in memory as a whole, unless its text is that long."""
    try:
        skeleton = fetch_skeleton(session, remote.uid, size=remote.size)
        failpoint("Y6")
        _read_skeleton(session, remote, skeleton, pile)
    except MessageGone:
        return _without_letter(session, {remote.uid})
    return pile.to_batch(remote.size)


def _read_skeleton(session: ImapSession, remote: RemoteMessage, skeleton: bytes, pile: _Pile) -> None:
    policy = pile.policy
    try:
        letter = read_safely(skeleton, size=remote.size)
    except LetterUnreadable as error:
        raw_name = store_raw_stream(policy.mailbox_id, stream_whole(session, remote.uid))
        pile.failed.append(failed_letter(remote, remote.size, skeleton, error, raw_name=raw_name))
        return
    if not pile.skips(remote.uid, letter):
        files = _store_files(policy.mailbox_id, session, remote.uid, letter) if policy.keeps_files else {}
        raw_name = store_raw_stream(policy.mailbox_id, stream_whole(session, remote.uid)) if policy.keeps_whole else ""
        pile.letters.append(pile.prepare(incoming_letter(remote, letter, files, raw_name)))


def _store_files(mailbox_id: int, session: ImapSession, uid: int, letter: ReadLetter) -> dict[str, str]:
    sections = [part.section for part in letter.parsed.attachments]
    return {section: store_file(mailbox_id, stream_file(session, uid, section)) for section in sections}


def incoming_letter(
    remote: FetchedMessage | RemoteMessage, letter: ReadLetter, files: Mapping[str, str], raw_name: str
) -> IncomingLetter:
    return IncomingLetter(
        uid=remote.uid,
        received_at=remote.received_at,
        flags=remote.flags,
        letter=letter,
        stored_files=files,
        raw_name=raw_name,
        raw_is_whole=bool(raw_name),
    )


def failed_letter(
    remote: FetchedMessage | RemoteMessage, size: int, raw: bytes, error: LetterUnreadable, *, raw_name: str
) -> FailedLetter:
    logger.error("letter set aside", extra={"raw_name": raw_name, "reason": error.reason, "error": error.detail})
    head = describe_head(raw[:HEAD_BYTES])
    return FailedLetter(
        uid=remote.uid,
        received_at=remote.received_at,
        size=size,
        reason=error.reason,
        detail=error.detail,
        raw_name=raw_name,
        message_id_header=head.message_id,
        from_address=head.from_address,
        subject=head.subject,
    )
