"""What STATUS tells of a folder: every way in which the world can have changed since the last visit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailkit.types import FolderStatus
from sync.planner import NEW_EPOCHS, Finding, FolderMemory, find_out

MEMORY = FolderMemory(
    name="INBOX", generation=3, uidvalidity=7, uidnext=101, messages=40, highestmodseq=None, last_uid=100
)
SAME = FolderStatus(uidvalidity=7, uidnext=101, messages=40)


@pytest.mark.rule("A05")
def test_nothing_happened() -> None:
    assert find_out(MEMORY, "INBOX", SAME) is Finding.UNCHANGED


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("a letter came", replace(SAME, uidnext=102, messages=41)),
        ("a letter went", replace(SAME, messages=39)),
        ("a letter came and went again", replace(SAME, uidnext=102)),
        ("one came, another went", replace(SAME, uidnext=102, messages=40)),
        ("the server learnt CONDSTORE", replace(SAME, highestmodseq=1)),
    ],
)
def test_something_happened(what: str, status: FolderStatus) -> None:
    assert find_out(MEMORY, "INBOX", status) is Finding.CHANGED, what


@pytest.mark.rule("A05", "G06")
def test_with_condstore_a_changed_flag_shows() -> None:
    memory = replace(MEMORY, highestmodseq=50)
    assert find_out(memory, "INBOX", replace(SAME, highestmodseq=50)) is Finding.UNCHANGED
    assert find_out(memory, "INBOX", replace(SAME, highestmodseq=51)) is Finding.CHANGED


@pytest.mark.parametrize(
    ("memory", "name", "status", "finding"),
    [
        (replace(MEMORY, uidvalidity=0, uidnext=0, last_uid=0), "INBOX", SAME, Finding.FIRST_SEEN),
        (MEMORY, "INBOX", replace(SAME, uidvalidity=8), Finding.UIDVALIDITY_CHANGED),
        # All other numbers the same, by chance: still another epoch.
        (MEMORY, "INBOX", replace(SAME, uidvalidity=6, uidnext=101, messages=40), Finding.UIDVALIDITY_CHANGED),
        (MEMORY, "INBOX", replace(SAME, uidnext=100), Finding.UIDNEXT_WENT_BACK),
        (MEMORY, "INBOX", replace(SAME, uidnext=1, messages=0), Finding.UIDNEXT_WENT_BACK),
        # The last visit was cut short and left no UIDNEXT: what it filed says it too.
        (replace(MEMORY, uidnext=0), "INBOX", replace(SAME, uidnext=90), Finding.UIDNEXT_WENT_BACK),
        (MEMORY, "Sent Items", SAME, Finding.RENAMED),
    ],
)
def test_uids_lost_their_meaning(memory: FolderMemory, name: str, status: FolderStatus, finding: Finding) -> None:
    assert find_out(memory, name, status) is finding
    assert finding in NEW_EPOCHS


def test_a_visit_that_was_cut_short_is_never_taken_for_one_that_ended() -> None:
    unsettled = replace(MEMORY, uidnext=0)
    assert find_out(unsettled, "INBOX", SAME) is Finding.CHANGED
    assert find_out(unsettled, "INBOX", replace(SAME, messages=0, uidnext=101)) is Finding.CHANGED


def test_an_epoch_that_goes_on_is_no_new_one() -> None:
    others = {Finding.UNCHANGED, Finding.CHANGED, Finding.GONE}
    assert not others & NEW_EPOCHS
    assert set(Finding) == others | NEW_EPOCHS
