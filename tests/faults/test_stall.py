"""A server that falls silent in the middle of anything: the visit ends by itself, and the next one brings the rest."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import Fault, stall_after, stall_before, stall_in_literal

pytestmark = pytest.mark.dovecot

TAGGED = rb"^[A-Z0-9]+ OK"
SILENCES: dict[str, tuple[Way, Fault]] = {
    "before the greeting": (Way.DOWN, stall_after(0)),
    "in the answer to LOGIN": (Way.DOWN, stall_before(1, line=TAGGED)),
    "in a letter": (Way.DOWN, stall_in_literal(2)),
    "after a letter": (Way.DOWN, stall_before(3, line=rb"^\)\r\n")),
    "in a command": (Way.UP, stall_after(60)),
}


@pytest.fixture(autouse=True)
def little_patience(settings: Settings) -> None:
    settings.MAIL_READ_SECONDS = settings.MAIL_CONNECT_SECONDS = 1


@pytest.mark.parametrize("where", SILENCES)
def test_a_silent_server_is_a_network_fault(db: None, office: Office, proxy: CutProxy, where: str) -> None:
    office.fill(range(5))
    office.fill(range(10, 12), "Sent")
    office.use_port(proxy.port)
    proxy.break_next(*SILENCES[where])
    office.visit()
    assert proxy.broken == 1
    office.assert_network_fault()
    office.visit()
    office.assert_settled()


def test_a_farewell_that_is_not_answered_costs_nothing(db: None, office: Office, proxy: CutProxy) -> None:
    office.fill(range(2))
    office.use_port(proxy.port)
    proxy.break_next(Way.DOWN, stall_before(1, line=rb"^\* BYE"))
    office.visit()
    assert office.mailbox.failure_count == 0
    office.assert_settled()
