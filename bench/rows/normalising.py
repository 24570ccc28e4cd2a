"""Making a letter readable: text, clean HTML, list of files, identity; against the standard library's parser alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench.compat32 import read_plainly
from bench.measuring import Samples, interleave
from bench.stage import Stage
from mailkit.letter_reader import read_letter


def normalise(stage: Stage) -> Iterator[Samples]:
    raws = [letter.raw for letter in stage.letters(stage.number(1000))]
    ours, theirs = interleave(
        lambda: _milliseconds(read_letter, raws),
        lambda: _milliseconds(read_plainly, raws),
        repetitions=stage.repetitions(7),
    )
    yield Samples("normalise", ours, theirs, {"letters": len(raws)})
    yield Samples("normalise_faults", [sum(not _is_readable(raw) for raw in raws)], (), {"letters": len(raws)})


def _milliseconds(read: Callable[[bytes], object], raws: list[bytes]) -> float:
    """Of processor time for a letter: nothing here waits."""
    began = time.process_time()
    for raw in raws:
        read(raw)
    return (time.process_time() - began) / len(raws) * 1000


def _is_readable(raw: bytes) -> bool:
    try:
        read_letter(raw)
    except Exception:  # noqa: BLE001  (any at all: that is the question)
        return False
    return True
