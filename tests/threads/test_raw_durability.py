"""A raw letter that may exist here only has reached the disk (R10)."""

from __future__ import annotations

import os

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from threads.raw_store import store_raw, store_raw_stream

MAILBOX = 7  # in whose folder the files lie


@pytest.mark.rule("R10")
def test_what_was_stored_in_haste_before_is_on_the_disk_too(alice: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(alice.account_id):
        name = store_raw(MAILBOX, b"Subject: once\r\n\r\nbytes")
        synced: list[int] = []
        real = os.fsync

        def fsync(descriptor: int) -> None:
            synced.append(descriptor)
            real(descriptor)

        monkeypatch.setattr("threads.content_store.os.fsync", fsync)
        assert store_raw_stream(MAILBOX, [b"Subject: once\r\n\r\nbytes"]) == name
    assert len(synced) >= 2
