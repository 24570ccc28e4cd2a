"""Random histories of a mailbox, with losses, deaths and changes in the middle: after a quiet visit all is right (F16).

In every run the same histories; SYNC_MACHINE_STEPS=10000 (each night) takes new ones and as many steps.
"""

from __future__ import annotations

import functools
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.models import Membership
from tests.conftest import MakeMailbox
from tests.sync.machine import SyncMachine

EXAMPLES, STEPS = 40, 30
NIGHTLY = int(os.environ.get("SYNC_MACHINE_STEPS", "0"))


@pytest.mark.flow
@pytest.mark.rule("K60", "K61", "G13", "A07")
def test_whatever_happens_the_next_quiet_visit_makes_it_right(alice: Membership, make_mailbox: MakeMailbox) -> None:
    run_state_machine_as_test(
        functools.partial(SyncMachine, alice, make_mailbox),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=NIGHTLY // STEPS or EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not NIGHTLY,
            database=None,
            deadline=None,
            print_blob=True,
            phases=[Phase.generate, *([Phase.shrink] if NIGHTLY else [])],  # shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
