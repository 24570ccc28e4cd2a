"""The text of a letter after DATA, up to the line with the dot: read in the pieces in which it comes, for line by line
a letter costs the listener more than all the rest of its dialogue.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import BinaryIO

from mailkit.smtp_letters import BARE_LINE_END, LINE_TOO_LONG, NO_SPACE, TOO_LARGE, Fault, Limits

CRLF = b"\r\n"
_END = CRLF + b".\r\n"
_BEGUN_ENDS = [_END[:length] for length in range(len(_END) - 1, 0, -1)]
MOST_BUFFERED = 1024 * 1024  # far more than a reader holds: who asks for so much gets all there is


class LetterText:
    """Of one letter. What may be the beginning of its end is held back until the next piece says."""

    def __init__(self, reader: asyncio.StreamReader, file: BinaryIO, limits: Limits) -> None:
        self._reader, self._file, self._limits = reader, file, limits
        self._held = CRLF  # before the first line, as if there were one above it
        self._unwritten = len(CRLF)
        self._line = 0  # bytes of the line that has not ended
        self._size = -len(CRLF)
        self._fault: Fault | None = None

    async def receive(self) -> Fault | None:
        """All up to the dot, also of a letter that will not be taken: a peer hears nothing before (RFC 5321 section
        4.2.5). Raises IncompleteReadError when the peer has gone.
        """
        while piece := await self._reader.read(MOST_BUFFERED):
            text, end, rest = (self._held + piece).partition(_END)
            if end:
                self._take(text + CRLF)
                self._give_back(rest)
                return self._fault
            self._held = next(filter(text.endswith, _BEGUN_ENDS), b"")
            self._take(text.removesuffix(self._held))
        raise asyncio.IncompleteReadError(b"", None)

    def _give_back(self, rest: bytes) -> None:
        """Commands that came with the letter (RFC 2920): the reader is empty, so they are again what comes next."""
        if rest and not self._reader.at_eof():
            self._reader.feed_data(rest)

    def _take(self, text: bytes) -> None:
        if self._fault is not None:
            return
        self._fault = self._fault_of(text) or self._write(text)
        if self._fault is not None:
            with suppress(OSError):  # what its buffer holds may find no room
                self._file.close()  # the rest of a letter that is not taken needs no space

    def _fault_of(self, text: bytes) -> Fault | None:
        self._size += len(text)
        if self._longest_line(text) > self._limits.line_bytes:
            return LINE_TOO_LONG
        if self._size > self._limits.letter_bytes:
            return TOO_LARGE
        ends = text.count(CRLF)
        return None if text.count(b"\r") == ends == text.count(b"\n") else BARE_LINE_END

    def _longest_line(self, text: bytes) -> int:
        """At most: what is short as a whole is not looked at line by line."""
        before = self._line
        start = text.rfind(CRLF)
        self._line = before + len(text) if start < 0 else len(text) - start - len(CRLF)
        if before + len(text) <= self._limits.line_bytes:
            return before + len(text)
        first, *others = map(len, text.split(CRLF))
        return max([before + first, *others])

    def _write(self, text: bytes) -> Fault | None:
        """Without the dot that was put in front of another (RFC 5321 section 4.5.2)."""
        plain = text.replace(CRLF + b".", CRLF)
        try:
            self._file.write(plain[self._unwritten :])
        except OSError:
            return NO_SPACE
        self._unwritten = max(0, self._unwritten - len(plain))
        return None
