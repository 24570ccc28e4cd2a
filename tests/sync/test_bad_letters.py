"""A letter that cannot be read, stored or found does not stop the others (G14)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.large_letter import LARGE_LETTER_BYTES
from mailkit.types import RemoteMessage
from sync.reading import BATCH_BYTES, BATCH_LETTERS, split_by_size
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import Message

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def of_size(uid: int, size: int) -> RemoteMessage:
    return RemoteMessage(uid, size, NOW, frozenset())


@given(st.lists(st.integers(0, 2 * BATCH_BYTES), max_size=40))
def test_batches_are_bounded_and_complete(sizes: list[int]) -> None:
    letters = [of_size(uid, size) for uid, size in enumerate(sizes, 1)]
    groups = list(split_by_size(letters))
    assert [letter for group in groups for letter in group] == letters
    for group in groups:
        assert sum(letter.size for letter in group) <= BATCH_BYTES or len(group) == 1
        assert len(group) == 1 or all(letter.size <= LARGE_LETTER_BYTES for letter in group)


def test_many_letters_come_in_several_batches(office: Office) -> None:
    for number in range(BATCH_LETTERS + 5):
        office.deliver(number)
    office.visit()
    assert Message.objects.count() == BATCH_LETTERS + 5
    assert office.commands().count("fetch_messages") == 2


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\x00\xff" * 500, b"From", b"Subject: =?x-nonsense?q?a?=\r\n\r\n\x00"])
def test_odd_bytes_are_filed_between_others(office: Office, raw: bytes) -> None:
    office.deliver(1)
    office.server.deliver(USER, raw)
    office.deliver(3)
    office.visit()
    assert {"Order 1", "Order 3"} <= set(office.subjects)
    assert Message.objects.count() == 3


def test_an_overlong_message_id_is_filed(office: Office) -> None:
    """Longer than an index entry of the database may be, and not to be compressed."""
    long_id = b"".join(bytes([97 + (number * number) % 26]) + str(number).encode() for number in range(9000))
    office.server.deliver(USER, letter(1).replace(b"letter-1@", long_id + b"@"))
    office.deliver(2)
    office.visit()
    assert Message.objects.count() == 2


def test_an_overlong_message_id_in_letters_of_three_bytes_is_filed(office: Office) -> None:
    wide = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(998)).encode()
    office.server.deliver(USER, letter(1).replace(b"letter-1@", wide[:-3] + b"@"))
    office.deliver(2)
    office.visit()
    assert Message.objects.count() == 2


@pytest.mark.rule("G13")
def test_a_letter_expunged_while_we_fetch_is_noted_as_gone(office: Office) -> None:
    for number in (1, 2, 3):
        office.deliver(number)

    def expunge(method: str) -> None:
        if method == "fetch_messages":
            office.server.on_call = lambda method: None
            office.server.expunge(USER, 2)

    office.server.on_call = expunge
    office.visit()
    assert office.outcomes() == {1: "imported", 2: "gone", 3: "imported"}
    assert office.mailbox.import_done == office.mailbox.import_total == 3
