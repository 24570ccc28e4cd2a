"""From UIDs to letters ready for filing: in batches that bound memory; a bad letter never stops the others (G14)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailkit.failpoints import failpoint
from mailkit.imap_connection import MAX_LITERAL_BYTES
from mailkit.imap_session import ImapSession
from mailkit.mime_reader import parse_message, strip_attachments
from mailkit.types import FetchedMessage, RemoteMessage
from threads.filing import IncomingLetter
from threads.models import FolderEntry
from threads.raw_store import store_raw

logger = logging.getLogger(__name__)

BATCH_LETTERS = 200
BATCH_BYTES = 4 * 1024 * 1024
Outcome = FolderEntry.Outcome
# What a parser may raise on bytes that nobody thought of. It should not: whoever sees one of these mends mime_reader.
PARSE_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is filed in one transaction: letters, and what became of UIDs without one."""

    letters: Sequence[IncomingLetter]
    outcomes: Mapping[int, str]


def read_batches(session: ImapSession, uids: Sequence[int]) -> Iterator[Batch]:
    """Letters of the examined folder, in the order of `uids`. Raises MailError."""
    for start in range(0, len(uids), BATCH_LETTERS):
        wanted = uids[start : start + BATCH_LETTERS]
        letters = session.fetch_headers(wanted)
        yield from _without_letter(wanted, letters)
        for group in split_by_size(letters):
            yield _read(session, group)


def split_by_size(letters: Iterable[RemoteMessage]) -> Iterator[list[int]]:
    """UIDs in groups of at most BATCH_BYTES; a larger letter is a group of its own, one beyond all limits in none."""
    group: list[int] = []
    total = 0
    for letter in letters:
        if letter.size > MAX_LITERAL_BYTES:
            continue
        if group and total + letter.size > BATCH_BYTES:
            yield group
            group, total = [], 0
        group.append(letter.uid)
        total += letter.size
    if group:
        yield group


def _without_letter(wanted: Sequence[int], letters: Sequence[RemoteMessage]) -> Iterator[Batch]:
    gone = dict.fromkeys(set(wanted) - {letter.uid for letter in letters}, Outcome.GONE)
    too_large = {letter.uid: Outcome.FAILED for letter in letters if letter.size > MAX_LITERAL_BYTES}
    if gone or too_large:
        yield Batch((), {**gone, **too_large})


def _read(session: ImapSession, uids: Sequence[int]) -> Batch:
    letters: list[IncomingLetter] = []
    outcomes: dict[int, str] = dict.fromkeys(uids, Outcome.GONE)  # expunged since we asked for the sizes
    for fetched in session.fetch_messages(uids):
        failpoint("Y6")
        try:
            letters.append(_parse(fetched))
            del outcomes[fetched.uid]
        except PARSE_FAULTS as error:
            outcomes[fetched.uid] = Outcome.FAILED
            keep_failed(fetched.raw, error)
    return Batch(letters, outcomes)


def _parse(fetched: FetchedMessage) -> IncomingLetter:
    return IncomingLetter(
        uid=fetched.uid,
        received_at=fetched.received_at,
        flags=fetched.flags,
        parsed=parse_message(fetched.raw),
        raw=strip_attachments(fetched.raw),
    )


def keep_failed(raw: bytes, error: Exception) -> None:
    """The letter stays with us, raw, and the log says where. Not why in words: those could hold words of the letter."""
    logger.error("letter kept raw", extra={"raw_name": store_raw(raw), "error": type(error).__name__})
