"""How many letters of rules led to what is being done right now (M98).

A trigger that moves a lead sends no letter, but the stage may. The stage hears of the move by a signal of a room below,
which knows nothing of letters: so the count is kept beside it, for as long as the trigger runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_depth: ContextVar[int] = ContextVar("automation_depth", default=0)


@contextmanager
def led_by(letters: int) -> Iterator[None]:
    token = _depth.set(letters)
    try:
        yield
    finally:
        _depth.reset(token)


def current_depth() -> int:
    """0: no trigger is at work here."""
    return _depth.get()
