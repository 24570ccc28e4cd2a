"""Events that letters bring, in words: when, in the reader's own time zone, where, who asks, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailkit.html_cleaner import text_to_html
from mailkit.mime_reader import is_calendar
from threads.models import Attachment, CalendarEvent, Message

CANCELED: tuple[str | Promise, str] = (gettext_lazy("Canceled"), "bad")
OUTDATED: tuple[str | Promise, str] = (gettext_lazy("A later letter changes it"), "warn")
KINDS: dict[str, tuple[str | Promise, str]] = {
    "REQUEST": (gettext_lazy("Invitation"), ""),
    "CANCEL": CANCELED,
    "REPLY": (gettext_lazy("Answer to an invitation"), ""),
    "COUNTER": (gettext_lazy("Another time is proposed"), "warn"),
}
_CHANGED_LATER = ("REQUEST", "PUBLISH")
EVENT: tuple[str | Promise, str] = (gettext_lazy("Event"), "")


@dataclass(frozen=True, slots=True)
class EventWords:
    """An event as a letter shows it; `file` is the calendar that other programs take."""

    title: str
    kind: str
    tone: str
    when: str
    zone: str  # whose clock `when` is told by; "" for whole days
    where: SafeString  # an address of a meeting is a link
    organizer: str
    is_repeating: bool
    is_canceled: bool
    file: Attachment | None


def events_of(messages: Sequence[Message]) -> dict[int, list[EventWords]]:
    """By message. These are letters of one thread in their order: a later one may change or cancel what came before."""
    newest: dict[str, CalendarEvent] = {}
    for message in messages:
        for event in message.events.all():
            if event.uid and event.method in {"CANCEL", *_CHANGED_LATER}:
                newest[event.uid] = event
    return {
        message.pk: [_words(event, message, newest.get(event.uid)) for event in message.events.all()]
        for message in messages
    }


def _words(event: CalendarEvent, message: Message, newest: CalendarEvent | None) -> EventWords:
    kind, tone = _state(event, newest)
    organizer = event.organizer_name or event.organizer_address
    files = (file for file in message.attachments.all() if is_calendar(file.content_type, file.filename))
    return EventWords(
        title=event.summary or _("(no title)"),
        kind=str(kind),
        tone=tone,
        when=_when(event),
        zone="" if event.is_all_day or not event.starts_at else timezone.get_current_timezone_name(),
        where=mark_safe(text_to_html(event.location)) if event.location else SafeString(""),  # noqa: S308  (escaped there)
        organizer=organizer,
        is_repeating=event.is_repeating,
        is_canceled=(kind, tone) == CANCELED,
        file=next(files, None),
    )


def _state(event: CalendarEvent, newest: CalendarEvent | None) -> tuple[str | Promise, str]:
    if event.method == "CANCEL" or event.status == "CANCELLED":
        return CANCELED
    if newest is not None and newest.message_id != event.message_id and event.method in _CHANGED_LATER:
        return CANCELED if newest.method == "CANCEL" else OUTDATED
    return KINDS.get(event.method, EVENT)


def _when(event: CalendarEvent) -> str:
    if event.starts_at is None:
        return _("The time is not said")
    if event.is_all_day:
        return _days(event.starts_at, event.ends_at)
    starts = timezone.localtime(event.starts_at)
    ends = timezone.localtime(event.ends_at) if event.ends_at and event.ends_at > event.starts_at else None
    begin = f"{_day(starts)}, {date_format(starts, 'H:i')}"
    if ends is None:
        return begin
    if ends.date() == starts.date():
        return f"{begin}–{date_format(ends, 'H:i')}"
    return f"{begin} – {_day(ends)}, {date_format(ends, 'H:i')}"


def _days(starts: datetime, ends: datetime | None) -> str:
    """The end is the day after the last one (RFC 5545 section 3.6.1). A day is the same in all zones."""
    first = starts.astimezone(UTC)
    last = ends.astimezone(UTC) - timedelta(days=1) if ends else first
    return _day(first) if last <= first else f"{_day(first)} – {_day(last)}"


def _day(moment: datetime) -> str:
    return f"{date_format(moment, 'D')} {date_format(moment, 'DATE_FORMAT')}"
