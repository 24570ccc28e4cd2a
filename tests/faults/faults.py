"""What can go wrong on a line, as values for CutProxy.

A fault is called with the bytes that arrive and yields those that go on; it raises Cut or Stall where the line breaks.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

Fault = Callable[[bytes], Iterator[bytes]]
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class Cut(Exception):
    """The connection ends: by FIN, or by RST."""

    def __init__(self, *, is_reset: bool) -> None:
        super().__init__()
        self.is_reset = is_reset


class Stall(Exception):
    """Nothing comes any more, and nobody hangs up."""


def cut_after(count: int, *, reset: bool = False) -> Fault:
    """After so many bytes."""
    return _after(count, Cut(is_reset=reset))


def stall_after(count: int) -> Fault:
    return _after(count, Stall())


def _after(count: int, end: Cut | Stall) -> Fault:
    left = count

    def fault(data: bytes) -> Iterator[bytes]:
        nonlocal left
        if len(data) < left:
            left -= len(data)
            yield data
            return
        yield data[:left]
        raise end

    return fault


def cut_before(number: int, *, line: bytes = b"", reset: bool = False) -> Fault:
    """Before the n-th line, or the n-th that this expression is found in."""
    return _before(number, line, Cut(is_reset=reset))


def stall_before(number: int, *, line: bytes = b"") -> Fault:
    return _before(number, line, Stall())


def _before(number: int, pattern: bytes, end: Cut | Stall) -> Fault:
    seen = 0

    def fault(one: bytes) -> Iterator[bytes]:
        nonlocal seen
        seen += bool(re.search(pattern, one))
        if seen == number:
            raise end
        yield one

    return _by_line(fault)


def stall_in_literal(number: int = 1) -> Fault:
    """Half of the n-th literal comes, and then nothing."""
    return _in_literal(number, Stall())


def cut_in_literal(number: int = 1, *, reset: bool = False) -> Fault:
    return _in_literal(number, Cut(is_reset=reset))


def _in_literal(number: int, end: Cut | Stall) -> Fault:
    seen = 0
    rest: Fault | None = None

    def fault(one: bytes) -> Iterator[bytes]:
        nonlocal seen, rest
        if rest:
            yield from rest(one)
            return
        yield one
        if found := LITERAL.search(one):
            seen += 1
            if seen == number:
                rest = _after(int(found[1]) // 2, end)

    return _by_line(fault)


def in_segments(size: int = 1) -> Fault:
    """As the worst of networks: so many bytes at a time."""

    def fault(data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), size):
            yield data[start : start + size]

    return fault


def throttled(bytes_per_second: int) -> Fault:
    never = threading.Event()

    def fault(data: bytes) -> Iterator[bytes]:
        never.wait(len(data) / bytes_per_second)
        yield data

    return fault


def doubled(line: bytes) -> Fault:
    """Each line that this expression is found in comes twice."""

    def fault(one: bytes) -> Iterator[bytes]:
        yield one
        if re.search(line, one):
            yield one

    return _by_line(fault)


class Replaced:
    """Lines are rewritten; `count` says how often, so that a test can tell that its fault has happened."""

    def __init__(self, line: bytes, by: bytes, *, most: int = 0) -> None:
        self.count = 0
        self._line, self._by, self._most = re.compile(line), by, most
        self._pass_on = _by_line(self._rewrite)

    def __call__(self, data: bytes) -> Iterator[bytes]:
        return self._pass_on(data)

    def _rewrite(self, one: bytes) -> Iterator[bytes]:
        if self._most and self.count == self._most:
            yield one
            return
        rewritten, count = self._line.subn(self._by, one)
        self.count += count
        yield rewritten


def endless(line: bytes, chunk: bytes = b"x" * 65536) -> Fault:
    """Instead of the first line that matches come bytes without end, until the other side has enough of it."""

    def fault(one: bytes) -> Iterator[bytes]:
        while re.search(line, one):
            yield chunk
        yield one

    return _by_line(fault)


def _by_line(fault: Fault) -> Fault:
    """Called with whole lines only."""
    kept = b""

    def by_line(data: bytes) -> Iterator[bytes]:
        nonlocal kept
        *lines, kept = (kept + data).split(b"\n")
        for line in lines:
            yield from fault(line + b"\n")

    return by_line
