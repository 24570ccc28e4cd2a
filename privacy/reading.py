"""Letters of a file, made ready to be filed into a mailbox as its settings say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailboxes.models import Mailbox
from mailkit.addresses import email_key
from mailkit.errors import LetterUnreadable
from mailkit.letter_reader import list_files
from mailkit.mbox import MboxLetter
from mailkit.mime_filling import missing_files
from mailkit.reading_pool import read_safely
from mailkit.types import ParsedMessage
from sync.batches import policy_of
from threads.attachment_store import store_file
from threads.known_letters import KnownLetters
from threads.letters import SEEN, IncomingLetter, PreparedLetter
from threads.own_addresses import our_side_of
from threads.preparing import prepare_letter
from threads.raw_store import store_raw_stream

LONGEST_WAY = timedelta(days=7)  # no mail server tries longer


class BadLetter(Exception):
    """It cannot be filed; `reason` is "unreadable", "too_slow", "too_large" or "no_letter"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reader:
    """For one mailbox: what it needs to know is asked once."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._policy = policy_of(mailbox)
        self._ours = our_side_of(mailbox.pk)
        aliases = mailbox.aliases.exclude(confirmed_at=None).values_list("address_key", flat=True)
        self._senders = {mailbox.address_key, *aliases}

    def read(self, letter: MboxLetter, number: int, now: datetime) -> PreparedLetter | None:
        """None for what the mailbox never stores (A08). Raises BadLetter."""
        if letter.is_cut:
            raise BadLetter("too_large")
        try:
            read = read_safely(letter.raw)
        except LetterUnreadable as error:
            raise BadLetter(error.reason) from error
        if _is_empty(read.parsed):
            raise BadLetter("no_letter")
        if self._policy.skips(read.parsed):
            return None
        received_at = _moment(letter.received_at, read.parsed.sent_at) or now
        incoming = IncomingLetter(number, min(received_at, now), frozenset([SEEN]), read)
        return prepare_letter(incoming, ours=self._ours, is_from_sent=self._is_from_us(read.parsed))

    def store_fresh(self, letters: Sequence[tuple[PreparedLetter, bytes]]) -> list[PreparedLetter]:
        """Those that are not here yet, with all their bytes in storage: no server has them for us."""
        known = KnownLetters.of(self._mailbox.pk, [letter.parsed for letter, _raw in letters])
        return [
            self._stored(letter, raw)
            for letter, raw in letters
            if known.find(letter.parsed, is_from_sent=self._is_from_us(letter.parsed)) is None
        ]

    def _stored(self, letter: PreparedLetter, raw: bytes) -> PreparedLetter:
        missing = missing_files(raw)
        files = {
            section: store_file(self._mailbox.pk, [content])
            for section, content in list_files(raw)
            if section not in missing
        }
        raw_name = store_raw_stream(self._mailbox.pk, [raw])
        incoming = replace(letter.incoming, stored_files=files, raw_name=raw_name, raw_is_whole=not missing)
        return prepare_letter(incoming, ours=self._ours, is_from_sent=self._is_from_us(letter.parsed))

    def _is_from_us(self, parsed: ParsedMessage) -> bool:
        return parsed.sender is not None and email_key(parsed.sender.email) in self._senders


def _is_empty(parsed: ParsedMessage) -> bool:
    """Nothing that makes it a letter."""
    return not (parsed.sender or parsed.message_id or parsed.sent_at or parsed.subject)


def _moment(separator: datetime | None, sent_at: datetime | None) -> datetime | None:
    """Of delivery, which the separator line names; but some programs write there when they copied the letter."""
    if separator and sent_at and separator - sent_at > LONGEST_WAY:
        return sent_at
    return separator or sent_at
