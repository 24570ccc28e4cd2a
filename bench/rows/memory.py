"""How much memory a worker takes at most, whatever the mailbox and the letter."""

from __future__ import annotations

from collections.abc import Iterator

from bench import product
from bench.corpus import large_letter, small_letter
from bench.measuring import Samples, interleave
from bench.processes import memory_mb
from bench.rows.imports import check_count, import_mailboxes
from bench.stage import Stage

LARGE_BYTES = 25 * 1024 * 1024


def memory(stage: Stage) -> Iterator[Samples]:
    many, few = stage.number(10_000), stage.number(500)
    ours, theirs = interleave(
        lambda: _most(stage, stage.user(many), many),
        lambda: _most(stage, stage.user(few), few),
        repetitions=stage.repetitions(3),
    )
    yield Samples("memory_import", ours, theirs)
    letter = large_letter(LARGE_BYTES)
    size = len(letter.raw) / 1024 / 1024
    stage.dovecot.fill("large", [letter])
    stage.dovecot.fill("little", [small_letter(1)])
    # Fresh processes, one for each: the difference is what this letter takes.
    used = [_most(stage, "large", 1) - _most(stage, "little", 1) for _ in range(stage.repetitions(3))]
    yield Samples("memory_letter", used, [size] * len(used))


def _most(stage: Stage, user: str, letters: int) -> float:
    """The peak of a fresh worker process, and of what it starts, after importing this mailbox."""
    with product.worker(stage.directory, pool="prefork", slots=1) as running:
        import_mailboxes(stage, [user])
        check_count(product.message_count(), letters)
        return memory_mb(running.child_pids(), "VmHWM")
