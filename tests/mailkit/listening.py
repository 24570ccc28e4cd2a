"""Fixtures of the tests of the listener."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailkit.smtp_letters import Limits
from tests.servers.letter_listener import LetterListener, RecordingDesk

Start = Callable[..., LetterListener]


@pytest.fixture
def desk() -> RecordingDesk:
    return RecordingDesk()


@pytest.fixture
def start(desk: RecordingDesk, tmp_path: Path) -> Iterator[Start]:
    """Starts a listener with these limits."""
    started: list[LetterListener] = []

    def start_one(**limits: float) -> LetterListener:
        one = LetterListener(desk, tmp_path, limits=Limits(**limits))  # type: ignore[arg-type]
        one.start()
        started.append(one)
        return one

    yield start_one
    for one in started:
        one.stop()


@pytest.fixture
def listener(start: Start) -> LetterListener:
    return start()
