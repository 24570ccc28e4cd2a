"""Waiting for what another process will do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_SECONDS = 0.05


def eventually(condition: Callable[[], T], timeout: float = 60, *, because: str = "") -> T:
    """The condition's first true value. Fails when the time is over."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {timeout} s: {because or condition}"
        time.sleep(PAUSE_SECONDS)
    return value
