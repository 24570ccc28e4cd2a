from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from accounts.models import Account, Membership
from accounts.tenancy import NoTenantScope, tenant
from threads.errors import RawLetterGone
from threads.raw_store import read_raw, store_raw

MAILBOX = 7  # in whose folder the files lie

RAW = b"Subject: hello\r\n\r\n" + b"words " * 1000


def test_what_is_stored_comes_back_and_is_compressed(in_account: Account) -> None:
    name = store_raw(MAILBOX, RAW)
    assert read_raw(name) == RAW
    assert name.startswith(f"{in_account.pk}/mailboxes/{MAILBOX}/raw/")
    assert default_storage.size(name) < len(RAW) / 10


def test_the_same_letter_is_stored_once(in_account: Account) -> None:
    assert store_raw(MAILBOX, RAW) == store_raw(MAILBOX, RAW) != store_raw(MAILBOX, b"other")
    root = Path(default_storage.path(""))
    assert len([path for path in root.rglob("*") if path.is_file()]) == 2


@pytest.mark.rule("G10")
def test_a_letter_is_never_read_from_another_account(in_account: Account, charlie: Membership) -> None:
    name = store_raw(MAILBOX, RAW)
    with tenant(charlie.account_id):
        with pytest.raises(RawLetterGone):
            read_raw(name)
        assert store_raw(MAILBOX, RAW) != name
    assert read_raw(name) == RAW


@pytest.mark.parametrize("name", ["", "/etc/passwd", "1/raw/../../x", "1/uploads/ab/x.gz"])
def test_only_names_of_raw_letters_are_read(in_account: Account, name: str) -> None:
    with pytest.raises(RawLetterGone):
        read_raw(name.replace("1/", f"{in_account.pk}/"))


def test_what_a_crash_left_half_written_is_written_again(in_account: Account) -> None:
    name = store_raw(MAILBOX, RAW)
    Path(default_storage.path(name)).write_bytes(b"half")
    with pytest.raises(RawLetterGone):
        read_raw(name)
    assert read_raw(store_raw(MAILBOX, RAW)) == RAW


def test_a_changed_file_is_noticed(in_account: Account) -> None:
    name, other = store_raw(MAILBOX, RAW), store_raw(MAILBOX, b"other")
    Path(default_storage.path(name)).write_bytes(Path(default_storage.path(other)).read_bytes())
    with pytest.raises(RawLetterGone):
        read_raw(name)


def test_nothing_is_stored_without_an_account() -> None:
    with pytest.raises(NoTenantScope):
        store_raw(MAILBOX, RAW)
