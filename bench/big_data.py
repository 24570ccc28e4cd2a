"""`python -m bench.big_data --size N`: N letters in 200 accounts of very different sizes, by COPY.

For what grows with the data: lists, search, screens. The letters are a staging table that is filled by COPY; PostgreSQL
makes the rows of the real tables from it, as filing would have left them, as the tables' owner. The words are those of
the corpus (bench.vocabularies), and what tests of search need: words of half of all letters, words of 1.5 % of them,
and a word that one letter alone has. The same seed gives the same letters.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import django

ACCOUNTS = 200
DECAY = 30  # accounts: the size of the n-th is the largest one's times e^(-n/30), so it has 3.3 % of all letters
LETTERS_A_THREAD = 3
LONG_THREAD = 20  # letters: the newest conversation of each account that has as many
MIXED = 40  # threads whose letters come in turn
POOL = 4000  # texts; each letter has one of them, and its own word
MEDIUM_WORDS = 200  # of which each text has three: 1.5 % of the letters have each
SEED = 5
BEGIN = 1_600_000_000  # the first letter, in seconds since 1970


@dataclass(frozen=True, slots=True)
class BigAccount:
    """An account of the data, and its administrator, who is signed in."""

    id: int
    letters: int
    session: str
    mailboxes: list[int]
    last_letter: int  # its id; its text has the word "rare" with this number


def account_sizes(letters: int) -> list[int]:
    """The letters of each account, the largest first; at least one thread each."""
    first = letters * (1 - math.exp(-1 / DECAY))
    sizes = [max(LETTERS_A_THREAD, round(first * math.exp(-number / DECAY))) for number in range(ACCOUNTS)]
    sizes[0] += letters - sum(sizes)
    return sizes


def texts(words: Sequence[str], dice: random.Random) -> Iterator[str]:
    for _ in range(POOL):
        count = int(min(200, max(20, dice.lognormvariate(4.2, 0.5))))
        medium = [f"medium{dice.randrange(MEDIUM_WORDS)}" for _ in range(3)]
        prose = dice.choices(words, k=count) + medium
        dice.shuffle(prose)
        yield " ".join(prose)


def letter_lines(account: BigAccount, first_id: int, first_thread: int, dice: random.Random) -> Iterator[str]:
    """The account's rows of the staging table, oldest first. A thread has one client and one mailbox."""
    threads = max(2, account.letters // LETTERS_A_THREAD)
    step = 100_000_000 // account.letters
    for number in range(account.letters):
        thread = min(threads - 2, max(0, number // LETTERS_A_THREAD + dice.randrange(-MIXED, MIXED)))
        if number >= account.letters - LONG_THREAD:
            thread = threads - 1
        mailbox = account.mailboxes[thread % len(account.mailboxes)]
        person, text = thread * 7919 % people_of(account.letters), dice.randrange(POOL)
        cells = (first_id + number, account.id, mailbox, first_thread + thread, person, text, BEGIN + number * step)
        yield "\t".join(map(str, cells)) + "\n"


def people_of(letters: int) -> int:
    """Half of whom have a card."""
    return min(4000, max(20, letters // 10))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--result", type=Path, required=True, help="a file for the accounts, as JSON")
    options = parser.parse_args()
    django.setup()
    accounts = importlib.import_module("bench.big_rows").fill(options.size)  # by name: it needs Django
    options.result.write_text(json.dumps([asdict(account) for account in accounts]))


if __name__ == "__main__":
    main()
