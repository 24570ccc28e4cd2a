"""A letter on its way to be filed, as plain values: read by sync, then made ready by what needs no lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailkit.automatic import is_automatic_reply, is_by_program
from mailkit.html_limits import MAX_HTML_CHARS
from mailkit.mime_reader import TEXT_CUT
from mailkit.types import Address, ParsedMessage, ReadLetter
from threads.grouping import Client, Direction, Letter, answered_ids

SEEN = "\\Seen"


@dataclass(frozen=True, slots=True)
class IncomingLetter:
    """A letter as sync fetched and read it, and what of its bytes is in storage already."""

    uid: int
    received_at: datetime  # INTERNALDATE
    flags: frozenset[str]
    letter: ReadLetter
    stored_files: Mapping[str, str] = field(default_factory=dict)  # copies of attachments, by section (K62)
    raw_name: str = ""  # in storage; "": filing stores `letter.raw`
    raw_is_whole: bool = False  # what is stored has every byte of the letter: the server may lose it (R10)

    @property
    def parsed(self) -> ParsedMessage:
        return self.letter.parsed


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter that could not be read or stored: it becomes a QuarantinedLetter (G14)."""

    uid: int
    received_at: datetime
    size: int
    reason: str  # QuarantinedLetter.Reason
    detail: str  # the kind of error, never words of the letter
    raw_name: str = ""  # in storage; "": its bytes never reached us
    message_id_header: str = ""  # these three: as far as they could be read
    from_address: str = ""
    subject: str = ""


Cells = tuple[object, ...]
ParticipantCells = tuple[str, int, str, str, str]  # role, position, email, key, name


@dataclass(frozen=True, slots=True)
class LetterCells:
    """The rows of a letter as far as they do not depend on what is stored already: see threads.letter_rows."""

    message: Cells
    body: Cells
    participants: Sequence[ParticipantCells]
    attachments: Sequence[Cells]
    events: Sequence[Cells] = ()
    bounces: Sequence[Cells] = ()


@dataclass(frozen=True, slots=True)
class PreparedLetter:
    """A letter ready to be filed, by threads.preparing: all that costs time and needs no lock is done."""

    incoming: IncomingLetter
    is_ours: bool
    client: Client
    direction: Direction
    group_key: bytes
    collected_from: Address | None  # who wrote it, where From names the collector (K15)
    cells: LetterCells = field(default=LetterCells((), (), (), ()), repr=False)

    @property
    def uid(self) -> int:
        return self.incoming.uid

    @property
    def parsed(self) -> ParsedMessage:
        return self.incoming.letter.parsed

    @property
    def is_read(self) -> bool:
        return SEEN in self.incoming.flags or self.direction == Direction.OUTGOING

    @property
    def is_automatic(self) -> bool:
        """What a rule of ours sends answers no client; what a program sends to us of its own may want an answer."""
        if self.direction == Direction.OUTGOING:
            return is_by_program(self.parsed)
        return bool(self.incoming.letter.reports) or is_automatic_reply(self.parsed)

    @property
    def is_cut(self) -> bool:
        """It has more text than is read, or more HTML than is shown."""
        return TEXT_CUT in self.parsed.defects or len(self.parsed.html) > MAX_HTML_CHARS

    @property
    def has_attachments(self) -> bool:
        return any(not part.is_inline for part in self.parsed.attachments)

    def for_grouping(self, ref: int) -> Letter:
        return Letter(
            ref=ref,
            received_at=self.incoming.received_at,
            message_id=self.parsed.message_id,
            reference_ids=answered_ids(self.parsed.in_reply_to, self.parsed.references),
            client_key=self.client.key,
            group_key=self.group_key,
        )
