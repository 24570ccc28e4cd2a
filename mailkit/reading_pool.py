"""Reading a stranger's letter so that it can harm no other: the suspicious ones in a process that may be killed.

Thread-safe, and safe to use before and after a fork: children belong to the process that started them.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from threading import BoundedSemaphore, Lock
from typing import IO

from mailkit.errors import LetterUnreadable
from mailkit.letter_reader import read_letter
from mailkit.reading_child import WALL_SECONDS
from mailkit.reading_wire import HEADER, words_to_letter
from mailkit.types import ReadLetter

SUSPICIOUS_BYTES = 256 * 1024
# What a letter below SUSPICIOUS_BYTES may hold of the signs whose number makes reading slow.
_SUSPICIOUS_COUNTS = ((b"<", 10_000), (b"&", 10_000), (b"\n--", 1_000), (b"=?", 2_000), (b";", 10_000), (b"@", 5_000))
# What a reader may raise on bytes that nobody thought of. Not all exceptions: the caller's time limit is one, too.
READER_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
CHILDREN = 2
GRACE_SECONDS = 2.0  # the child's own alarm comes first, and ends it in a way that tells more
MAX_WORDS_BYTES = 256 * 1024 * 1024  # texts are at most 8 million characters, twice, and escaped
MAX_GROWTH_BYTES = 1024 * 1024  # markers may be longer than what they stand for
_TIME_SIGNALS = frozenset([signal.SIGXCPU, signal.SIGALRM])


def read_safely(raw: bytes, *, size: int | None = None) -> ReadLetter:
    """letter_reader.read_letter within limits of time and memory. Raises LetterUnreadable."""
    if is_suspicious(raw):
        return _pool.read(raw, len(raw) if size is None else size)
    try:
        return read_letter(raw, size=size)
    except READER_FAULTS as error:  # a bug in reading must not stop the mailbox
        raise _unreadable("unreadable", type(error).__name__) from error


def is_suspicious(raw: bytes) -> bool:
    """Whether reading might take long: a few passes at the speed of memory."""
    return len(raw) >= SUSPICIOUS_BYTES or any(raw.count(sign) > limit for sign, limit in _SUSPICIOUS_COUNTS)


def close_pool() -> None:
    """End the children that are idle."""
    _pool.close()


class _ChildEnded(Exception):
    """The child ended before it answered; its exit status tells why."""


class _Child:
    """One reading process, used by one thread at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mailkit.reading_child"],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote the letter
            bufsize=0,
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("A process without pipes")
        self._input, self._output = self.process.stdin, self.process.stdout
        self.has_letter = False  # or it ended before all of it was there
        os.set_blocking(self._input.fileno(), False)

    def read(self, raw: bytes, size: int) -> ReadLetter:
        """Raises LetterUnreadable as the child says, _ChildEnded, TimeoutError, or OSError of a broken pipe."""
        deadline = time.monotonic() + WALL_SECONDS + GRACE_SECONDS
        self.has_letter = False
        self._send(HEADER.pack(size, len(raw)), deadline)
        self._send(raw, deadline)
        self.has_letter = True
        words_length, raw_length = HEADER.unpack(self._receive(HEADER.size, deadline))
        if words_length > MAX_WORDS_BYTES or raw_length > len(raw) + MAX_GROWTH_BYTES:
            raise _ChildEnded
        words = json.loads(self._receive(words_length, deadline))
        kept = self._receive(raw_length, deadline)
        if "error" in words:
            raise _unreadable("unreadable", str(words["error"])[:100])
        return words_to_letter(words, kept)

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._input, select.POLLOUT, deadline)
            rest = rest[self._input.write(rest) or 0 :]

    def _receive(self, length: int, deadline: float) -> bytes:
        pieces: list[bytes] = []
        while length:
            self._wait(self._output, select.POLLIN, deadline)
            piece = self._output.read(min(length, 1024 * 1024))
            if not piece:
                raise _ChildEnded
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def _wait(self, pipe: IO[bytes], event: int, deadline: float) -> None:
        poll = select.poll()  # not select(), which takes no file descriptor over 1023
        poll.register(pipe, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError

    def end(self) -> int:
        """Make an end of it, whatever it does; the exit status."""
        self._input.close()  # an idle one ends by this
        try:
            status = self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._output.close()
        return status

    def forget(self) -> None:
        """In a forked process: it is a child of somebody else now."""
        self._input.close()
        self._output.close()
        self.process.returncode = 0  # else Popen waits for it, and warns


_FAILURES = (_ChildEnded, OSError, LetterUnreadable, ValueError, KeyError, TypeError)


class ReadingPool:
    """A few children, started when they are needed first."""

    def __init__(self, size: int = CHILDREN) -> None:
        self._size = size
        self._begin()

    def _begin(self) -> None:
        self._slots = BoundedSemaphore(self._size)
        self._lock = Lock()
        self._idle: list[_Child] = []

    def read(self, raw: bytes, size: int) -> ReadLetter:
        """One letter. Raises LetterUnreadable."""
        with self._slots:
            while True:
                child, is_new = self._take()
                try:
                    letter = child.read(raw, size)
                except _FAILURES as error:
                    status = child.end()
                    if (
                        not is_new
                        and isinstance(error, (_ChildEnded, OSError))
                        and (status == 0 or not child.has_letter)
                    ):
                        continue  # it ended while it was idle: after a while they do
                    raise _explained(error, status) from error
                self._give_back(child)
                return letter

    def close(self) -> None:
        """End the idle children; the others end with their letters."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def forget(self) -> None:
        """After a fork, in the new process."""
        for child in self._idle:
            child.forget()
        self._begin()

    def _take(self) -> tuple[_Child, bool]:
        with self._lock:
            found = self._idle.pop() if self._idle else None
        return (found, False) if found else (_Child(), True)

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            self._idle.append(child)


def _explained(error: Exception, status: int) -> LetterUnreadable:
    if isinstance(error, LetterUnreadable):
        return error
    if isinstance(error, TimeoutError) or -status in _TIME_SIGNALS:
        return _unreadable("too_slow", type(error).__name__ if status >= 0 else signal.Signals(-status).name)
    return _unreadable("unreadable", signal.Signals(-status).name if status < 0 else type(error).__name__)


def _unreadable(reason: str, detail: str) -> LetterUnreadable:
    return LetterUnreadable("The letter could not be read", reason=reason, detail=detail)


def _environment() -> dict[str, str]:
    """Where Python and its modules are; nothing of our secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}


_pool = ReadingPool()
os.register_at_fork(after_in_child=_pool.forget)
atexit.register(close_pool)
