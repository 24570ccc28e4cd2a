"""A visit's lease lives as long as the visit, in any thread, and no longer than a visit may take."""

from __future__ import annotations

import threading
import uuid

import pytest

from mailboxes import lease_keeper
from mailboxes.lease_keeper import LeaseKeeper
from mailboxes.leases import Lease

LEASE = Lease(1, 2, uuid.uuid4())


def test_held_leases_are_renewed_again_and_again_and_nothing_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Lease]] = []
    enough = threading.Event()

    def renew_all(leases: list[Lease]) -> None:
        seen.append(list(leases))
        if len(seen) == 3:
            enough.set()

    monkeypatch.setattr(lease_keeper, "renew_all", renew_all)
    keeper = LeaseKeeper(beat_seconds=0.01)
    with keeper.keep(LEASE):
        assert enough.wait(30)
    assert seen[:3] == [[LEASE]] * 3
    assert keeper.held() == []


def test_a_visit_that_hangs_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_keeper, "LONGEST_HOLD", -1.0)
    keeper = LeaseKeeper(beat_seconds=3600)
    with keeper.keep(LEASE):
        assert keeper.held() == []


def test_each_process_has_its_own() -> None:
    assert lease_keeper.keeper() is lease_keeper.keeper()
