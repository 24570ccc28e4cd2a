"""Children that may be killed: what they answer, and what ends them."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from mailkit.child_pool import ChildFailed, ChildPool, close_pools
from mailkit.child_process import pack

LETTER = b"Subject: Hello\r\n\r\nHi"


@pytest.fixture
def pool() -> Iterator[ChildPool]:
    pool = ChildPool("mailkit.reading_child", size=1)
    yield pool
    pool.close()


def ask(pool: ChildPool, *, seconds: float = 20, most_bytes: int = 10**6) -> bytes:
    frame = pack({"size": 1}, LETTER)
    return pool.ask(frame, lambda _words, data: data, seconds=seconds, most_bytes=most_bytes)


def test_an_answer_is_words_and_data(pool: ChildPool) -> None:
    assert ask(pool) == LETTER


def test_an_answer_that_is_too_long_is_not_read(pool: ChildPool) -> None:
    with pytest.raises(ChildFailed):
        ask(pool, most_bytes=10)
    assert ask(pool) == LETTER


def test_no_answer_in_time_and_the_child_is_gone(pool: ChildPool) -> None:
    ask(pool)
    pool._idle[0].process.send_signal(signal.SIGSTOP)
    with pytest.raises(ChildFailed) as caught:
        ask(pool, seconds=0.01)
    assert caught.value.is_too_slow
    assert pool._idle == []


def test_a_child_whose_answer_cannot_be_read_is_not_used_again(pool: ChildPool) -> None:
    def refuse(_words: bytes, _data: bytes) -> None:
        raise ValueError("not what was agreed")

    ask(pool)
    with pytest.raises(ValueError, match="agreed"):
        pool.ask(pack({"size": 1}, LETTER), refuse, seconds=20, most_bytes=10**6)
    assert pool._idle == []


def test_idle_children_can_be_ended(pool: ChildPool) -> None:
    ask(pool)
    close_pools()
    assert pool._idle == []
    assert ask(pool) == LETTER
