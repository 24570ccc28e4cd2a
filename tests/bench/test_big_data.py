"""The letters of the big database: how many each account has, and that a seed gives the same ones."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bench.big_data import ACCOUNTS, LONG_THREAD, POOL, BigAccount, account_sizes, letter_lines, texts

ACCOUNT = BigAccount(id=7, letters=900, session="", mailboxes=[3, 4], last_letter=1900)


def dice() -> random.Random:
    return random.Random(1)  # noqa: S311  (no secret)


@pytest.mark.parametrize("letters", [10_000, 1_000_000])
def test_accounts_are_of_very_different_sizes(letters: int) -> None:
    sizes = account_sizes(letters)
    assert (len(sizes), sum(sizes)) == (ACCOUNTS, letters)
    assert max(sizes) > 0.02 * letters
    assert min(sizes) < 0.001 * letters


def test_a_seed_gives_the_same_letters() -> None:
    one, other = (list(letter_lines(ACCOUNT, 1001, 500, dice())) for _ in range(2))
    assert one == other
    assert len(one) == ACCOUNT.letters
    assert one[-1].startswith(f"{ACCOUNT.last_letter}\t7\t")


def test_a_thread_has_one_mailbox_and_one_client_and_the_newest_is_long() -> None:
    cells = [line.split("\t") for line in letter_lines(ACCOUNT, 1, 500, dice())]
    facts = {(thread, mailbox, person) for _id, _account, mailbox, thread, person, _text, _at in cells}
    threads = Counter(thread for _id, _account, _mailbox, thread, *_ in cells)
    assert len(facts) == len(threads)
    assert threads[cells[-1][3]] == LONG_THREAD
    moments = [int(line[6]) for line in cells]
    assert moments == sorted(moments)


def test_texts_have_their_medium_words() -> None:
    found = list(texts(["offer", "plan"], dice()))
    assert len(found) == POOL
    assert all(sum(word.startswith("medium") for word in text.split()) == 3 for text in found)
    share = sum("medium3" in text.split() for text in found) / POOL
    assert 0.008 < share < 0.025
