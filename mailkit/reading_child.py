"""The process in which suspicious letters are read: `python -m mailkit.reading_child`, started by reading_pool.

It takes letters from its standard input one after another and answers on its standard output. Its limits are set by
itself, so that they hold even when its parent is gone; a letter that goes over one ends the process, and nothing else.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
from contextlib import suppress
from typing import Any

from mailkit.letter_reader import read_letter
from mailkit.reading_wire import HEADER, letter_to_words, pack

CPU_SECONDS = 5
WALL_SECONDS = 20
MEMORY_BYTES = 512 * 1024 * 1024
IDLE_SECONDS = 60
PARENT_CHECK_SECONDS = 5


def main() -> None:
    """Read letters until there are no more for a while, or nobody is there to take them."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    with suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's mail
    while _has_work(os.getppid()):
        frame = incoming.read(HEADER.size)
        if len(frame) < HEADER.size:  # the parent has closed the pipe
            return
        size, length = HEADER.unpack(frame)
        _limit_time()
        answer = _answer(incoming.read(length), size)
        signal.alarm(0)
        for piece in answer:
            outgoing.write(piece)
        outgoing.flush()


def _has_work(parent: int) -> bool:
    """Wait for a letter; False when it is time to end.

    The end of the pipe alone would not do: a process forked from the parent may hold it open.
    """
    for _ in range(IDLE_SECONDS // PARENT_CHECK_SECONDS):
        if select.select([0], [], [], PARENT_CHECK_SECONDS)[0]:
            return True
        if os.getppid() != parent:
            return False
    return False


def _limit_time() -> None:
    """From now on. Going over means SIGXCPU or SIGALRM, which nobody handles: the process ends."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS  # rounded down: it counts in whole seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.alarm(WALL_SECONDS)


def _answer(raw: bytes, size: int) -> list[bytes]:
    try:
        letter = read_letter(raw, size=size)
        return pack(letter_to_words(letter), letter.raw)
    except Exception as error:  # noqa: BLE001  # whatever a letter sets off must not end as silence
        words: dict[str, Any] = {"error": type(error).__name__}
        return pack(words, b"")


if __name__ == "__main__":
    main()
