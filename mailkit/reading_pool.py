"""Reading a stranger's letter so that it can harm no other: the suspicious ones in a process that may be killed."""

from __future__ import annotations

import json
from dataclasses import replace

from mailkit.child_pool import CHILDREN, ChildFailed, ChildPool
from mailkit.child_process import pack
from mailkit.errors import LetterUnreadable
from mailkit.invitation_pool import read_events
from mailkit.letter_reader import read_letter
from mailkit.mime_reader import is_calendar
from mailkit.reading_child import WALL_SECONDS
from mailkit.reading_wire import words_to_letter
from mailkit.types import ReadLetter

SUSPICIOUS_BYTES = 256 * 1024
# What a letter below SUSPICIOUS_BYTES may hold of the signs whose number makes reading slow.
_SUSPICIOUS_COUNTS = ((b"<", 10_000), (b"&", 10_000), (b"\n--", 1_000), (b"=?", 2_000), (b";", 10_000), (b"@", 5_000))
# What a reader may raise on bytes that nobody thought of. Not all exceptions: the caller's time limit is one, too.
READER_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
GRACE_SECONDS = 2.0  # the child's own alarm comes first, and ends it in a way that tells more
MAX_WORDS_BYTES = 256 * 1024 * 1024  # texts are at most 8 million characters, twice, and escaped
MAX_GROWTH_BYTES = 1024 * 1024  # markers may be longer than what they stand for


def read_safely(raw: bytes, *, size: int | None = None) -> ReadLetter:
    """letter_reader.read_letter within limits of time and memory, and its calendars. Raises LetterUnreadable."""
    letter = _read(raw, size)
    has_calendar = any(is_calendar(file.content_type, file.filename) for file in letter.parsed.attachments)
    return replace(letter, events=read_events(raw)) if has_calendar else letter


def _read(raw: bytes, size: int | None) -> ReadLetter:
    if is_suspicious(raw):
        return _pool.read(raw, len(raw) if size is None else size)
    try:
        return read_letter(raw, size=size)
    except READER_FAULTS as error:  # a bug in reading must not stop the mailbox
        raise _unreadable("unreadable", type(error).__name__) from error


def is_suspicious(raw: bytes) -> bool:
    """Whether reading might take long: a few passes at the speed of memory."""
    return len(raw) >= SUSPICIOUS_BYTES or any(raw.count(sign) > limit for sign, limit in _SUSPICIOUS_COUNTS)


class ReadingPool(ChildPool):
    """The processes that read."""

    def __init__(self, size: int = CHILDREN) -> None:
        super().__init__("mailkit.reading_child", size=size)

    def read(self, raw: bytes, size: int) -> ReadLetter:
        """One letter. Raises LetterUnreadable."""
        most_bytes = MAX_WORDS_BYTES + len(raw) + MAX_GROWTH_BYTES
        try:
            return self.ask(
                pack({"size": size}, raw), _read_answer, seconds=WALL_SECONDS + GRACE_SECONDS, most_bytes=most_bytes
            )
        except ChildFailed as error:
            raise _unreadable("too_slow" if error.is_too_slow else "unreadable", error.detail) from error
        except (LookupError, TypeError, ValueError) as error:  # the child sent something else
            raise _unreadable("unreadable", type(error).__name__) from error


def _read_answer(words: bytes, kept: bytes) -> ReadLetter:
    answer = json.loads(words)
    if "error" in answer:
        raise _unreadable("unreadable", str(answer["error"])[:100])
    return words_to_letter(answer, kept)


def _unreadable(reason: str, detail: str) -> LetterUnreadable:
    return LetterUnreadable("The letter could not be read", reason=reason, detail=detail)


_pool = ReadingPool()
