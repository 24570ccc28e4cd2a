"""Letters that cannot be parsed or stored are kept raw and noted as failed (G14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailboxes import leases
from mailboxes.leases import Lease
from mailkit.letter_reader import read_letter
from sync import ledger
from sync.batches import file_one
from sync.reading import Batch
from tests.sync.conftest import Office
from tests.sync.letters import letter
from threads.filing import Progress
from threads.letters import IncomingLetter
from threads.models import Message, QuarantinedLetter
from threads.preparing import prepare_for
from threads.raw_store import read_raw

TOO_LARGE_FOR_A_COLUMN = 2**63
WHOLE = b"Subject: as it came\r\n\r\nbytes"


@pytest.fixture
def lease(settled_office: Office) -> Lease:
    lease = leases.claim(settled_office.mailbox.pk)
    assert lease is not None
    return lease


def incoming(office: Office, uid: int) -> IncomingLetter:
    raw = letter(uid)
    return IncomingLetter(uid, office.mailbox.created_at, frozenset(), read_letter(raw))


@pytest.mark.rule("G13")
def test_the_letter_that_the_database_refuses_is_set_aside_and_the_others_are_filed(
    settled_office: Office, lease: Lease
) -> None:
    letters = [incoming(settled_office, uid) for uid in (10, 11, 12)]
    parsed = replace(letters[1].parsed, size=TOO_LARGE_FOR_A_COLUMN)
    letters[1] = replace(letters[1], letter=replace(letters[1].letter, parsed=parsed))
    folder = settled_office.folder()
    batch = Batch([*map(prepare_for(folder), letters)], {13: "gone"}, raws={11: WHOLE})
    file_one(lease, folder, batch, ledger.unsettle_cursor(folder), Progress.NONE)
    expected = {10: "imported", 11: "failed", 12: "imported", 13: "gone"}
    assert {uid: outcome for uid, outcome in settled_office.outcomes().items() if uid >= 10} == expected
    assert Message.objects.filter(subject__in=["Order 10", "Order 12"]).count() == 2
    set_aside = QuarantinedLetter.objects.get()
    assert (set_aside.reason, set_aside.entry.uid) == ("unstorable", 11)
    assert read_raw(set_aside.raw_name) == WHOLE
