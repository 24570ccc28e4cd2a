"""Copies of attachments in storage."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from accounts.models import Account, Membership
from accounts.tenancy import NoTenantScope, tenant
from threads.attachment_store import open_file, store_file
from threads.errors import RawLetterGone, StoredFileGone
from threads.raw_store import open_raw, read_raw, store_raw, store_raw_stream, store_raws, verify_raw

MAILBOX = 7  # in whose folder the files lie

MEGABYTE = 1024 * 1024


def chunks(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number % 251]) * MEGABYTE


@pytest.mark.rule("K62")
def test_what_is_stored_comes_back_and_is_stored_once(in_account: Account) -> None:
    name = store_file(MAILBOX, [b"one ", b"two"])
    assert name.startswith(f"{in_account.pk}/mailboxes/{MAILBOX}/files/")
    assert store_file(MAILBOX, [b"one two"]) == name
    with open_file(name) as file:
        assert file.read() == b"one two"
    assert sum(path.is_file() for path in Path(default_storage.path("")).rglob("*")) == 1


@pytest.mark.rule("G10")
def test_a_file_is_never_opened_from_another_account(in_account: Account, charlie: Membership) -> None:
    name = store_file(MAILBOX, [b"secret"])
    with tenant(charlie.account_id), pytest.raises(StoredFileGone):
        open_file(name)


@pytest.mark.parametrize("name", ["", "/etc/passwd", "1/files/../../x", "1/uploads/ab/x", "1/files/ab/" + "a" * 64])
def test_only_names_of_files_that_are_there_are_opened(in_account: Account, name: str) -> None:
    with pytest.raises(StoredFileGone):
        open_file(name.replace("1/", f"{in_account.pk}/"))
    with pytest.raises(StoredFileGone):
        open_file(store_raw(MAILBOX, b"a letter is no file"))


def test_nothing_is_stored_without_an_account() -> None:
    with pytest.raises(NoTenantScope):
        store_file(MAILBOX, [b"x"])


@pytest.mark.rule("K62")
def test_memory_does_not_grow_with_the_file(in_account: Account) -> None:
    tracemalloc.start()
    store_file(MAILBOX, chunks(40))
    store_raw_stream(MAILBOX, chunks(40))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE


@pytest.mark.rule("R10")
def test_a_raw_letter_in_pieces_is_the_same_as_in_one(in_account: Account) -> None:
    raw = b"Subject: hello\r\n\r\n" + b"words " * 500_000
    name = store_raw_stream(MAILBOX, (raw[start : start + 7777] for start in range(0, len(raw), 7777)))
    assert name == store_raw(MAILBOX, raw)
    assert read_raw(name) == raw
    with open_raw(name) as file:
        assert b"".join(iter(lambda: file.read(5000), b"")) == raw
    verify_raw(name, size=len(raw))


@pytest.mark.rule("R10")
def test_a_letter_that_is_not_all_there_is_not_verified(in_account: Account) -> None:
    name = store_raw_stream(MAILBOX, [b"Subject: hello\r\n\r\n" * 1000])
    with pytest.raises(RawLetterGone):
        verify_raw(name, size=17)
    path = Path(default_storage.path(name))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RawLetterGone):
        verify_raw(name, size=18_000)


def test_many_raw_letters_are_stored_at_once_in_their_order(in_account: Account) -> None:
    letters = [b"Subject: %d\r\n\r\n" % number for number in range(50)]
    storing = store_raws(MAILBOX, letters)
    storing.wait()
    assert [read_raw(name) for name in storing.names] == letters
