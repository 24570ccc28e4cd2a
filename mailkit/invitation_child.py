"""The process in which calendars are read: `python -m mailkit.invitation_child`, started by invitation_pool.

Not the one that reads letters: it starts three times slower, and what a calendar breaks shall not cost the letter.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mailkit.child_process import Limits, serve
from mailkit.invitations import read_invitations
from mailkit.types import CalendarItem

WALL_SECONDS = 10.0
LIMITS = Limits(cpu_seconds=5, wall_seconds=WALL_SECONDS, memory_bytes=512 * 1024 * 1024)


def answer(_words: dict[str, Any], raw: bytes) -> tuple[dict[str, Any], bytes]:
    return {"events": [_to_words(item) for item in read_invitations(raw)]}, b""


def _to_words(item: CalendarItem) -> dict[str, Any]:
    times = {name: moment.isoformat() if moment else None for name, moment in _times(item).items()}
    return {**asdict(item), **times}


def _times(item: CalendarItem) -> dict[str, Any]:
    return {"starts_at": item.starts_at, "ends_at": item.ends_at}


if __name__ == "__main__":
    serve(LIMITS, answer)
