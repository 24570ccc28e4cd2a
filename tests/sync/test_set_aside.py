"""Letters that cannot be parsed or stored are kept raw and noted as failed (G14)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from mailboxes import leases
from mailboxes.leases import Lease
from mailkit.mime_reader import parse_message
from sync import folder_sync
from sync.reading import Batch
from sync.visit import Visit
from tests.sync.conftest import LONG, USER, Office
from tests.sync.letters import letter
from threads.filing import IncomingLetter
from threads.models import Message
from threads.raw_store import read_raw

TOO_LARGE_FOR_A_COLUMN = 2**63


@pytest.fixture
def lease(settled_office: Office) -> Lease:
    lease = leases.claim(settled_office.mailbox.pk)
    assert lease is not None
    return lease


def incoming(office: Office, uid: int) -> IncomingLetter:
    raw = letter(uid)
    return IncomingLetter(uid, office.mailbox.created_at, frozenset(), parse_message(raw), raw)


@pytest.mark.rule("G13")
def test_the_letter_that_the_database_refuses_is_set_aside_and_the_others_are_filed(
    settled_office: Office, lease: Lease
) -> None:
    letters = [incoming(settled_office, uid) for uid in (10, 11, 12)]
    letters[1] = replace(letters[1], parsed=replace(letters[1].parsed, size=TOO_LARGE_FOR_A_COLUMN))
    visit = Visit(settled_office.server.open(USER), settled_office.mailbox, lease, LONG)
    folder_sync._file(visit, settled_office.folder(), Batch(letters, {13: "gone"}))
    expected = {10: "imported", 11: "failed", 12: "imported", 13: "gone"}
    assert {uid: outcome for uid, outcome in settled_office.outcomes().items() if uid >= 10} == expected
    assert Message.objects.filter(subject__in=["Order 10", "Order 12"]).count() == 2
    digest = hashlib.sha256(letters[1].raw).hexdigest()
    assert read_raw(f"{lease.account_id}/raw/{digest[:2]}/{digest}.gz") == letters[1].raw
