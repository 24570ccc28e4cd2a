"""Which letters of a folder are imported when we see it for the first time. Pure.

The window of a mailbox is one stretch of time for Inbox and Sent together (rule K10): the newest letters by
INTERNALDATE up to a number, none of them older than a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest

from mailkit.types import RemoteMessage

# SEARCH SINCE reads the date as the server wrote it, whatever the time zone (RFC 9051 section 6.4.4): up to a day off.
ZONE_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """`limit` newest letters, none received before `since`; None: no limit."""

    limit: int | None
    since: datetime | None

    @property
    def search_since(self) -> datetime | None:
        """What to ask SEARCH SINCE for, so that it leaves out nothing that lies inside."""
        return self.since - ZONE_SLACK if self.since else None

    def trim(self, letters: Iterable[RemoteMessage]) -> list[RemoteMessage]:
        """Those of one folder that may still be inside: a million sizes and dates need not lie in memory."""
        if self.limit is None:
            return list(letters)
        return nlargest(self.limit, letters, key=lambda letter: (letter.received_at, letter.uid))

    def choose(self, letters: Mapping[str, Iterable[RemoteMessage]]) -> dict[str, frozenset[int]]:
        """The UIDs inside, by folder."""
        newest = sorted(
            (
                (letter.received_at, letter.uid, folder)
                for folder, those in letters.items()
                for letter in those
                if self.since is None or letter.received_at >= self.since
            ),
            reverse=True,
        )[: self.limit]
        return {folder: frozenset(uid for _at, uid, its in newest if its == folder) for folder in letters}


def first_window(now: datetime, *, messages: int, days: int) -> Window:
    """That of a first import: so many messages of so many days; 0 days: of any age."""
    return Window(messages, now - timedelta(days=days) if days else None)
