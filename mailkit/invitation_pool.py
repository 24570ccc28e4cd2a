"""Reading the calendars of a letter so that they can harm nobody: in a process that may be killed."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from mailkit.child_pool import ChildFailed, ChildPool
from mailkit.child_process import pack
from mailkit.types import Address, CalendarItem

SECONDS = 12.0  # the child's own alarm comes first
MAX_WORDS_BYTES = 1024 * 1024
logger = logging.getLogger(__name__)


def read_events(raw: bytes) -> tuple[CalendarItem, ...]:
    """The events of a whole letter. One whose calendar cannot be read has none: the file itself is there still."""
    try:
        return _pool.ask(pack({}, raw), _read_answer, seconds=SECONDS, most_bytes=MAX_WORDS_BYTES)
    except (ChildFailed, LookupError, TypeError, ValueError) as error:
        logger.info("calendar not read", extra={"error": type(error).__name__})
        return ()


def _read_answer(words: bytes, _data: bytes) -> tuple[CalendarItem, ...]:
    """Raises KeyError, TypeError or ValueError when a child sends something else."""
    return tuple(_to_item(event) for event in json.loads(words)["events"])


def _to_item(words: dict[str, Any]) -> CalendarItem:
    organizer = words["organizer"]
    times = {name: datetime.fromisoformat(words[name]) if words[name] else None for name in ("starts_at", "ends_at")}
    return CalendarItem(**{**words, **times, "organizer": Address(**organizer) if organizer else None})


_pool = ChildPool("mailkit.invitation_child", size=1)
