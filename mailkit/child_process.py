"""Work that may hang, take all memory or crash, done in processes that may be killed: the child's side, and the wire.

A child takes jobs from its standard input one after another and answers on its standard output. Its limits are set by
itself, so that they hold even when its parent is gone; a job that goes over one ends the process, and nothing else.

No pickle: a child that a hostile job has taken over must not be able to run anything in its parent.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

IDLE_SECONDS = 60
PARENT_CHECK_SECONDS = 5

HEADER = struct.Struct(">QQ")  # of a frame: the length of its words, which are JSON, and of its data


@dataclass(frozen=True, slots=True)
class Limits:
    """Time is that of one job, memory that of the process."""

    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int


def pack(words: dict[str, Any], data: bytes) -> list[bytes]:
    """A frame, in pieces: data may be large, and joining copies it."""
    encoded = json.dumps(words).encode("ascii")
    return [HEADER.pack(len(encoded), len(data)), encoded, data]


def serve(limits: Limits, answer: Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]) -> None:
    """Answer jobs until there are no more for a while, or nobody is there to take them."""
    _limit_memory(limits)
    incoming = sys.stdin.buffer
    _write([HEADER.pack(0, 0)])  # ready
    while _has_work(os.getppid()):
        frame = incoming.read(HEADER.size)
        if len(frame) < HEADER.size:  # the parent has closed the pipe
            return
        words_length, data_length = HEADER.unpack(frame)
        _limit_time(limits)
        pieces = pack(*_answered(answer, incoming.read(words_length), incoming.read(data_length)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(pieces)


def _write(pieces: list[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _answered(
    answer: Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]], words: bytes, data: bytes
) -> tuple[dict[str, Any], bytes]:
    try:
        return answer(json.loads(words), data)
    except Exception as error:  # noqa: BLE001  # whatever a job sets off must not end as silence
        return {"error": type(error).__name__}, b""


def _limit_memory(limits: Limits) -> None:
    with suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's mail


def _has_work(parent: int) -> bool:
    """Wait for a job; False when it is time to end.

    The end of the pipe alone would not do: a process forked from the parent may hold it open.
    """
    for _ in range(IDLE_SECONDS // PARENT_CHECK_SECONDS):
        if select.select([0], [], [], PARENT_CHECK_SECONDS)[0]:
            return True
        if os.getppid() != parent:
            return False
    return False


def _limit_time(limits: Limits) -> None:
    """From now on. Going over means SIGXCPU or SIGALRM, which nobody handles: the process ends."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds  # rounded down: it counts in whole seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
