"""Odd answers to FETCH: letters without bytes, lines without end."""

from __future__ import annotations

import pytest

from mailboxes.models import Mailbox
from sync.quarantine import retry_now
from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import Replaced, doubled, endless
from threads.models import Message, QuarantinedLetter

pytestmark = pytest.mark.dovecot


@pytest.fixture
def filled(db: None, office: Office, proxy: CutProxy) -> Office:
    office.fill(range(3))
    office.use_port(proxy.port)
    return office


@pytest.mark.rule("G13", "G14")
def test_letters_that_are_listed_but_not_handed_out_are_set_aside_and_can_be_asked_for(
    filled: Office, proxy: CutProxy
) -> None:
    """The command loses its last word on the way, so the answer has no letter in it."""
    without_letters = Replaced(rb"BODY\.PEEK\[\]", b"FLAGS")
    proxy.break_next(Way.UP, without_letters)
    filled.visit()
    assert without_letters.count
    assert Message.objects.count() == 0
    waiting = list(QuarantinedLetter.objects.all())
    assert len(waiting) == 3
    for letter in waiting:
        assert retry_now(letter.pk) is True
    assert not QuarantinedLetter.objects.exists()
    filled.assert_settled()


@pytest.mark.parametrize("line", [rb"^\* OK", rb"^\* STATUS", rb"FETCH \(", rb"^\* SEARCH"])
def test_bytes_without_end_are_not_listened_to_for_ever(filled: Office, proxy: CutProxy, line: bytes) -> None:
    proxy.break_next(Way.DOWN, endless(line))
    filled.visit()
    assert filled.mailbox.failure_count == 1
    assert filled.mailbox.state != Mailbox.State.NEEDS_LOGIN
    filled.visit()
    filled.assert_settled()


@pytest.mark.parametrize("line", [rb"^\* STATUS", rb"^\* SEARCH", rb"^\* \d+ EXISTS", rb"^\* LIST"])
def test_a_line_that_comes_twice_is_heard_once(filled: Office, proxy: CutProxy, line: bytes) -> None:
    proxy.break_next(Way.DOWN, doubled(line))
    filled.visit()
    assert filled.mailbox.failure_count == 0
    filled.assert_settled()
