"""The letters that everything is measured with."""

from __future__ import annotations

import statistics

from bench.corpus import large_letter, small_letter, write_letters
from mailkit.letter_reader import read_letter


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = (list(write_letters(30, seed=seed)) for seed in (1, 1, 2))
    assert first == second != other


def test_letters_are_of_the_sizes_that_a_salesman_gets() -> None:
    letters = list(write_letters(400, seed=2))
    assert 9_000 < statistics.median(len(letter.raw) for letter in letters) < 18_000
    assert 0.25 < statistics.mean(letter.is_sent for letter in letters) < 0.45


def test_letters_can_be_read() -> None:
    read = [read_letter(letter.raw).parsed for letter in write_letters(100, seed=2)]
    assert sum(bool(letter.attachments) for letter in read) > 10
    assert sum(bool(letter.references) for letter in read) > 40
    assert all(letter.subject and letter.sender for letter in read)


def test_a_large_letter_is_as_large_as_asked() -> None:
    assert 0.95 < len(large_letter(2_000_000).raw) / 2_000_000 < 1.05


def test_letters_that_arrive_differ() -> None:
    ids = {read_letter(small_letter(number).raw).parsed.message_id for number in range(5)}
    assert len(ids) == 5
