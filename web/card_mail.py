"""The mail on a contact's card in one list: threads, and notes of letters deleted with their mailbox (K64)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet

from accounts.models import Membership
from crm.models import Contact
from threads.models import RemovedLetter, Thread
from web.paging import older_than, place_of

SIZE = 20
MOST = SIZE + 1  # of each: one more says that there are more


@dataclass(frozen=True, slots=True)
class CardRow:
    """One of the two."""

    at: datetime
    thread: Thread | None = None
    note: RemovedLetter | None = None


@dataclass(frozen=True, slots=True)
class CardPage:
    """Newest first. `next_query` leads to the rows after these: "" at the end."""

    rows: Sequence[CardRow]
    next_query: str


def card_mail(member: Membership, contact: Contact, *, threads_after: str = "", notes_after: str = "") -> CardPage:
    """What this member may see of it. Each of the two lists is read from a place of its own."""
    threads = older_than(_threads_of(member, contact), threads_after, "last_message_at")[:MOST]
    notes = older_than(_notes_of(member, contact), notes_after, "received_at")[:MOST]
    found = [
        *(CardRow(row.last_message_at, thread=row) for row in threads),
        *(CardRow(row.received_at, note=row) for row in notes),
    ]
    rows = sorted(found, key=lambda row: row.at, reverse=True)[:SIZE]
    if len(found) <= SIZE:
        return CardPage(rows, "")
    places = {"before": threads_after, "notes": notes_after}
    for row in rows:
        if row.thread:
            places["before"] = place_of(row.thread, "last_message_at")
        elif row.note:
            places["notes"] = place_of(row.note, "received_at")
    return CardPage(rows, urlencode({name: place for name, place in places.items() if place}))


def _threads_of(member: Membership, contact: Contact) -> QuerySet[Thread]:
    return Thread.objects.visible_to(member).of_contact(contact).select_related("mailbox")


def _notes_of(member: Membership, contact: Contact) -> QuerySet[RemovedLetter]:
    return RemovedLetter.objects.visible_to(member).of_contact(contact).for_card()
