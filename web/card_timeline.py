"""A card's timeline as pages show it: with words for what happened, and what became of our letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from crm.models import Card, CardEvent, Lead, Note, OnCard
from crm.notes import may_change
from outbox.models import OutgoingMail
from smart_addresses.access import checks_of_arrived
from threads.correspondents import Person
from threads.models import Attachment, Message
from threads.timeline import ALL, LETTERS, Entry, Kind, timeline
from threads.timeline_sql import Place
from web.card_event_words import event_words
from web.deliveries import Delivery, describe, describe_all
from web.file_kinds import stands_in_text
from web.smart_words import Said, sender_check_of

MOST_MISSED = 5
SHOWN_FOR = timedelta(days=30)  # a letter that came back; one that failed, until somebody deals with it
SHOWS: Mapping[str, frozenset[Kind]] = {
    "": ALL,
    "letters": LETTERS,
    "notes": frozenset({Kind.NOTE}),
    "tasks": frozenset({Kind.TASK}),
    "events": frozenset({Kind.EVENT}),
}
NAMES: Mapping[str, str | Promise] = {
    "": _("All"),
    "letters": _("Letters"),
    "notes": _("Notes"),
    "tasks": _("Tasks"),
    "events": _("History"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`lead` is named when the row hangs on a lead of the card, not on the card itself."""

    entry: Entry
    lead: Lead | None = None
    words: str = ""  # of an event
    delivery: Delivery | None = None  # of a letter of ours
    files: Sequence[Attachment] = ()
    may_change: bool = False  # a note
    doubt: Said | None = None  # of a letter to a smart address whose sender is not proven

    @property
    def who(self) -> str:
        """The other side of a letter."""
        message = self.entry.row
        if not isinstance(message, Message):
            return ""
        if message.direction == Message.Direction.INCOMING:
            return message.from_name or message.from_address
        to = (person for person in message.participants.all() if person.role == "to")
        return ", ".join(person.name or person.email for person in to)


@dataclass(frozen=True, slots=True)
class ShownTimeline:
    """`after` of the next page is "" at the end."""

    lines: Sequence[Line]
    show: str
    next_after: str
    is_first: bool
    missed: Sequence[Delivery]


def shown_timeline(
    member: Membership, card: Card, people: Callable[[], Sequence[Person]], query: QueryDict, now: datetime
) -> ShownTimeline:
    """`?show=` is one of SHOWS, `?after=` a place that an earlier page named; what is neither begins anew."""
    show, after = query.get("show", ""), place_asked(query)
    show = show if show in SHOWS else ""
    page = timeline(member, card, kinds=SHOWS[show], after=after)
    missed = letters_that_missed(member, people(), now) if after is None and show in ("", "letters") else []
    next_after = page.next_place.to_text() if page.next_place else ""
    return ShownTimeline(_lines(member, card, page.entries), show, next_after, after is None, missed)


def place_asked(query: QueryDict) -> Place | None:
    try:
        return Place.from_text(query.get("after", "")) if "after" in query else None
    except ValueError:
        return None


def letters_that_missed(member: Membership, people: Sequence[Person], now: datetime) -> list[Delivery]:
    """The newest of those that did not reach the people of this card, as far as this member sees them."""
    keys = [person.email_key for person in people]
    if not keys:
        return []
    missed = OutgoingMail.objects.visible_to(member).that_missed(keys, now - SHOWN_FOR)
    return describe_all(missed.for_list().order_by("-created_at", "-id")[:MOST_MISSED])


def _lines(member: Membership, card: Card, entries: Sequence[Entry]) -> list[Line]:
    letters = [entry.row.pk for entry in entries if entry.kind == Kind.LETTER]
    sent = OutgoingMail.objects.select_related("tracked")
    mails = {mail.message_id: mail for mail in sent.filter(message__in=letters)} if letters else {}
    checks = checks_of_arrived(entry.row for entry in entries if isinstance(entry.row, Message))
    doubts = {pk: sender_check_of(check) for pk, check in checks.items() if not check.is_verified}
    return [_line(member, card, entry, mails, doubts) for entry in entries]


def _line(
    member: Membership,
    card: Card,
    entry: Entry,
    mails: Mapping[int | None, OutgoingMail],
    doubts: Mapping[int, Said | None],
) -> Line:
    row = entry.row
    if isinstance(row, Message):
        mail = mails.get(row.pk)
        files = [file for file in row.attachments.all() if not stands_in_text(file)]
        return Line(entry, delivery=describe(mail) if mail else None, files=files, doubt=doubts.get(row.pk))
    lead = row.lead if isinstance(row, OnCard) and not isinstance(card, Lead) else None
    if isinstance(row, CardEvent):
        return Line(entry, lead, words=event_words(row.kind, row.facts))
    return Line(entry, lead, may_change=isinstance(row, Note) and may_change(member, row))
