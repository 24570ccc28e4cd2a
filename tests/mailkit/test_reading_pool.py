"""Suspicious letters are read in a process that may be killed, and a kill is told as what it was."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from mailkit import reading_pool
from mailkit.child_pool import child_environment
from mailkit.errors import LetterUnreadable
from mailkit.letter_reader import read_letter
from mailkit.reading_pool import ReadingPool, is_suspicious, read_safely
from mailkit.types import ReadLetter
from tests.mailkit.hostile_letters import make
from tests.mailkit.test_mails import CASES, read

UU = b"Content-Transfer-Encoding: uuencode\r\n\r\n"  # the one that is decoded as a whole
LARGE = read("nested-multiparts") + b"x" * reading_pool.SUSPICIOUS_BYTES


@pytest.fixture
def pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(size=2)
    yield pool
    pool.close()


def child_ids(pool: ReadingPool) -> list[int]:
    return [child.process.pid for child in pool._idle]


def test_a_child_reads_as_we_do(pool: ReadingPool) -> None:
    for case in CASES:
        assert pool.read(read(case), 7) == read_letter(read(case), size=7)


def test_ordinary_letters_need_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ReadingPool()
    monkeypatch.setattr(reading_pool, "_pool", own)
    assert not any(is_suspicious(read(case)) for case in CASES)
    assert read_safely(read("plain-english")) == read_letter(read("plain-english"))
    assert not child_ids(own)


@pytest.mark.parametrize("kind", ["header lines", "addresses", "parts", "cells", "entities", "one line"])
def test_letters_that_may_take_long_are_suspicious(kind: str) -> None:
    assert is_suspicious(make(kind, 1.0))


def test_one_child_serves_letter_after_letter(pool: ReadingPool) -> None:
    assert pool.read(LARGE, len(LARGE)) == read_letter(LARGE)
    first = child_ids(pool)
    assert pool.read(LARGE, 5).parsed.size == 5
    assert child_ids(pool) == first


@pytest.mark.rule("G14")
def test_too_much_time_or_memory_is_told_and_the_next_letter_is_read(pool: ReadingPool) -> None:
    slow = b"--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: uuencode\r\n\r\n" + b"Mx\n" * 1_000_000
    with pytest.raises(LetterUnreadable) as caught:
        pool.read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + slow * 12, 1)
    assert caught.value.reason == "too_slow"
    with pytest.raises(LetterUnreadable) as caught:
        pool.read(b"Content-Type: a/b\r\n" + UU + bytes(200 * 1024 * 1024), 1)
    assert (caught.value.reason, caught.value.detail) == ("unreadable", "MemoryError")
    assert pool.read(LARGE, len(LARGE)) == read_letter(LARGE)


def test_a_child_that_was_killed_while_idle_is_not_the_letters_fault(pool: ReadingPool) -> None:
    pool.read(LARGE, 1)
    (child,) = child_ids(pool)
    os.kill(child, signal.SIGTERM)
    assert pool.read(LARGE, 1) == read_letter(LARGE, size=1)
    assert child_ids(pool) != [child]


def test_threads_share_the_children(pool: ReadingPool) -> None:
    found: list[ReadLetter] = []
    threads = [threading.Thread(target=lambda: found.append(pool.read(LARGE, 1))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [read_letter(LARGE, size=1)] * 6
    assert len(child_ids(pool)) <= 2


def test_a_forked_process_leaves_its_parents_children_alone(pool: ReadingPool) -> None:
    pool.read(LARGE, 1)
    forked = os.fork()
    if not forked:
        pool.forget()
        is_own = pool.read(LARGE, 1).parsed.size == 1 and len(child_ids(pool)) == 1
        pool.close()
        os._exit(0 if is_own else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    assert pool.read(LARGE, 1).parsed.size == 1


def test_secrets_of_the_environment_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret-word")
    assert "SECRET_KEY" not in child_environment()
