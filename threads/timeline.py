"""What happened around a card, newest first: letters, notes, tasks, what became of the card, and letters that are gone.

One statement finds the page: each kind by an index of its own and at most as many rows as the page has, then all of
them together in one order. A second one for each kind that occurs reads the rows. Why so: docs/adr/0026.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import Membership
from crm.models import Card, CardEvent, Note, Task
from threads.models import Message, RemovedLetter
from threads.sql import select
from threads.timeline_sql import Place, timeline_statement

PAGE = 50
Row = Message | Task | Note | CardEvent | RemovedLetter


class Kind(StrEnum):
    """What an entry is."""

    LETTER = "letter"
    NOTE = "note"
    TASK = "task"
    EVENT = "event"
    REMOVED = "removed"  # a letter that was deleted with its mailbox (K64)


ALL = frozenset(Kind)
LETTERS = frozenset({Kind.LETTER, Kind.REMOVED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    kind: Kind
    at: datetime
    row: Row

    @property
    def place(self) -> Place:
        return Place(self.at, self.kind, self.row.pk)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`next_place` is where the next page begins; None at the end."""

    entries: Sequence[Entry]
    next_place: Place | None


def timeline(
    member: Membership,
    card: Card,
    *,
    kinds: Collection[Kind] = ALL,
    after: Place | None = None,
    limit: int = PAGE,
) -> TimelinePage:
    """What this member may see of it. The rows come with all that is shown of them."""
    statement = timeline_statement(member, card, kinds=kinds, after=after, limit=limit + 1)
    found = [Place(at, kind, row_id) for kind, at, row_id in select(statement.sql, statement.params)]
    shown = found[:limit]
    return TimelinePage(_filled(member, shown), shown[-1] if len(found) > limit else None)


def _filled(member: Membership, places: Sequence[Place]) -> list[Entry]:
    """What has gone since the first statement is left out."""
    rows = {
        kind: {row.pk: row for row in fill(member, [place.row_id for place in places if place.kind == kind])}
        for kind, fill in FILLS.items()
        if any(place.kind == kind for place in places)
    }
    found = ((place, rows[Kind(place.kind)].get(place.row_id)) for place in places)
    return [Entry(Kind(place.kind), place.at, row) for place, row in found if row is not None]


def _letters(member: Membership, ids: Sequence[int]) -> Iterable[Row]:
    return Message.objects.visible_to(member).kept().for_list().prefetch_related("attachments").filter(pk__in=ids)


def _notes(_member: Membership, ids: Sequence[int]) -> Iterable[Row]:
    return Note.objects.select_related("author__user", "lead").filter(pk__in=ids)


def _tasks(_member: Membership, ids: Sequence[int]) -> Iterable[Row]:
    return Task.objects.for_list().select_related("done_by__user").filter(pk__in=ids)


def _events(_member: Membership, ids: Sequence[int]) -> Iterable[Row]:
    return CardEvent.objects.select_related("actor__user", "lead").filter(pk__in=ids)


def _removed(member: Membership, ids: Sequence[int]) -> Iterable[Row]:
    return RemovedLetter.objects.visible_to(member).for_card().filter(pk__in=ids)


FILLS: dict[Kind, Callable[[Membership, Sequence[int]], Iterable[Row]]] = {
    Kind.LETTER: _letters,
    Kind.NOTE: _notes,
    Kind.TASK: _tasks,
    Kind.EVENT: _events,
    Kind.REMOVED: _removed,
}
