"""Work that may hang, take all memory or crash, done in processes that may be killed: the parent's side.

Thread-safe, and safe to use before and after a fork: children belong to the process that started them. What a child
runs is a module that calls `mailkit.child_process.serve`.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import BoundedSemaphore, Lock
from typing import IO, TypeVar

from mailkit.child_process import HEADER

CHILDREN = 2
START_SECONDS = 30.0  # to import its modules, on a machine that is busy
_TIME_SIGNALS = frozenset([signal.SIGXCPU, signal.SIGALRM])

Answer = TypeVar("Answer")


class ChildFailed(Exception):
    """The child ended, or was ended, before it answered."""

    def __init__(self, detail: str, *, is_too_slow: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail  # the name of a signal or an exception
        self.is_too_slow = is_too_slow


class _ChildEnded(Exception):
    """The child ended before it answered; its exit status tells why."""


class _Child:
    """One process, used by one thread at a time."""

    def __init__(self, module: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603  (a module of ours)
            [sys.executable, "-m", module],
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote what it works on
            bufsize=0,
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("A process without pipes")
        self._input, self._output = self.process.stdin, self.process.stdout
        self.is_ready = False
        self.has_job = False  # or it ended before all of it was there
        os.set_blocking(self._input.fileno(), False)

    def ask(self, frame: Sequence[bytes], *, seconds: float, most_bytes: int) -> tuple[bytes, bytes]:
        """Words and data of the answer. Raises _ChildEnded, or OSError: TimeoutError and that of a broken pipe."""
        self.has_job = False
        if not self.is_ready:  # starting is not part of the time for a job
            self._receive(HEADER.size, time.monotonic() + START_SECONDS)
            self.is_ready = True
        deadline = time.monotonic() + seconds
        for piece in frame:
            self._send(piece, deadline)
        self.has_job = True
        words_length, data_length = HEADER.unpack(self._receive(HEADER.size, deadline))
        if words_length + data_length > most_bytes:
            raise _ChildEnded
        return self._receive(words_length, deadline), self._receive(data_length, deadline)

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

    def end(self, *, patience: float = 0.5) -> int:
        """Make an end of it, whatever it does; the exit status."""
        with suppress(BrokenPipeError):
            self._input.close()  # an idle one ends by this
        try:
            status = self.process.wait(patience)
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


class ChildPool:
    """A few children that run the same module, started when they are needed first."""

    def __init__(self, module: str, *, size: int = CHILDREN) -> None:
        self._module = module
        self._size = size
        self._begin()
        _pools.add(self)

    def _begin(self) -> None:
        self._slots = BoundedSemaphore(self._size)
        self._lock = Lock()
        self._idle: list[_Child] = []

    def ask(
        self, frame: Sequence[bytes], read_answer: Callable[[bytes, bytes], Answer], *, seconds: float, most_bytes: int
    ) -> Answer:
        """What `read_answer` makes of the words and the data of the answer. Whatever it raises ends the child, which
        may be in a stranger's hands; so does a time of more than `seconds`. Raises ChildFailed.
        """
        with self._slots:
            while True:
                child, is_new = self._take()
                is_well = False
                try:
                    answer = read_answer(*child.ask(frame, seconds=seconds, most_bytes=most_bytes))
                    is_well = True
                except (_ChildEnded, OSError) as error:
                    is_timeout = isinstance(error, TimeoutError)
                    status = child.end(patience=0 if is_timeout else 0.5)
                    if not is_new and not is_timeout and (status == 0 or not child.has_job):
                        continue  # it ended while it was idle: after a while they do
                    raise _explained(error, status) from error
                finally:
                    if not is_well:
                        child.end(patience=0)
                self._give_back(child)
                return answer

    def close(self) -> None:
        """End the idle children; the others end with their work."""
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
        return (found, False) if found else (_Child(self._module), True)

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            self._idle.append(child)


def close_pools() -> None:
    """End the children of this process that are idle."""
    for pool in _pools:
        pool.close()


def child_environment() -> dict[str, str]:
    """Where Python and its modules are; nothing of our secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}


def _explained(error: Exception, status: int) -> ChildFailed:
    name = signal.Signals(-status).name if status < 0 else type(error).__name__
    if isinstance(error, TimeoutError):
        return ChildFailed(type(error).__name__, is_too_slow=True)
    return ChildFailed(name, is_too_slow=-status in _TIME_SIGNALS)


_pools: weakref.WeakSet[ChildPool] = weakref.WeakSet()


def _forget_all() -> None:
    for pool in _pools:
        pool.forget()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(close_pools)
