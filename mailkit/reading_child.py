"""The process in which suspicious letters are read: `python -m mailkit.reading_child`, started by reading_pool."""

from __future__ import annotations

from typing import Any

from mailkit.child_process import Limits, serve
from mailkit.letter_reader import read_letter
from mailkit.reading_wire import letter_to_words

CPU_SECONDS = 5
WALL_SECONDS = 20.0
LIMITS = Limits(cpu_seconds=CPU_SECONDS, wall_seconds=WALL_SECONDS, memory_bytes=512 * 1024 * 1024)


def answer(words: dict[str, Any], raw: bytes) -> tuple[dict[str, Any], bytes]:
    letter = read_letter(raw, size=words["size"])
    return letter_to_words(letter), letter.raw


if __name__ == "__main__":
    serve(LIMITS, answer)
