"""The connection ends at a boundary of a command, before it goes out or before its answer comes: the next visit brings
what this one did not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count, islice

import pytest

from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import cut_before
from tests.faults.oracle import assert_agrees

pytestmark = pytest.mark.dovecot

COMMAND = rb"(?m)^[A-Z0-9]+ \S+"
ANSWER = rb"(?m)^[A-Z0-9]+ (?:OK|NO|BAD)\b"
BOUNDARIES = {Way.UP: COMMAND, Way.DOWN: ANSWER}


@dataclass
class Story:
    """One mailbox after each cut: news come, and a visit by the proxy looks at them."""

    office: Office
    proxy: CutProxy

    def __post_init__(self) -> None:
        self._numbers = count()
        self.office.use_port(self.proxy.port)

    def bring_news(self) -> None:
        self.office.fill(islice(self._numbers, 3))
        self.office.fill(islice(self._numbers, 1), "Sent")

    def dialogue(self) -> dict[Way, list[bytes]]:
        """Commands and answers of a visit that nothing disturbs."""
        self.bring_news()
        self.office.visit()
        return {way: re.findall(pattern, self.proxy.seen[way]) for way, pattern in BOUNDARIES.items()}


@pytest.fixture
def story(db: None, office: Office, proxy: CutProxy) -> Story:
    story = Story(office, proxy)
    story.bring_news()
    office.visit()
    return story


def is_over(command: bytes) -> bool:
    """The visit has all it came for: whether the farewell is heard does not matter."""
    return command.endswith(b"LOGOUT")


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("way", BOUNDARIES, ids=["command", "answer"])
def test_a_connection_cut_at_any_command_is_a_network_fault(story: Story, way: Way, *, reset: bool) -> None:
    dialogue = story.dialogue()
    assert len(dialogue[Way.UP]) >= 8
    assert is_over(dialogue[Way.UP][-1])
    for number, command in enumerate(dialogue[Way.UP], 1):
        story.bring_news()
        story.proxy.break_next(way, cut_before(number, line=BOUNDARIES[way], reset=reset))
        story.office.visit()
        if is_over(command):
            assert story.office.mailbox.failure_count == 0
        else:
            story.office.assert_network_fault()
            story.office.visit()
        assert_agrees(story.office.mailbox, story.office.served())
    story.office.assert_settled()


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("way", BOUNDARIES, ids=["command", "answer"])
def test_a_first_import_cut_at_every_command_ends_complete(
    db: None, office: Office, proxy: CutProxy, way: Way, *, reset: bool
) -> None:
    """Each visit gets one command further than the last."""
    office.fill(range(6))
    office.fill(range(10, 13), "Sent")
    office.use_port(proxy.port)
    for number in count(1):
        broken = proxy.broken
        proxy.break_next(way, cut_before(number, line=BOUNDARIES[way], reset=reset))
        office.visit()
        if office.mailbox.failure_count == 0:
            break
        assert proxy.broken == broken + 1
        assert office.mailbox.error_code == "no_connection"
    assert number >= 8
    office.assert_settled()
