"""Events that a letter brings: invitations, changes of them, cancellations (RFC 5545, RFC 5546, RFC 6047).

A calendar is a stranger's, and its library is neither small nor quick: only `mailkit.invitation_child` imports this.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Component, vDDDTypes, vDuration

from mailkit.mime_parts import Part, decode_transfer, parse_tree
from mailkit.mime_reader import YEARS, is_calendar
from mailkit.types import Address, CalendarItem

MAX_BYTES = 256 * 1024  # of one calendar: an invitation has two or three thousand
MAX_CALENDARS = 4  # most programs send the same one twice: as a text and as a file
MAX_EVENTS = 20
MAX_WORD_CHARS = 20
MAX_TEXT_CHARS = 500
MAX_SEQUENCE = 2**31 - 1


def read_invitations(raw: bytes) -> tuple[CalendarItem, ...]:
    """The events of a whole letter, each once. What is no calendar brings none."""
    found: dict[tuple[str, str, datetime | None], CalendarItem] = {}
    for part in list(_calendars(raw))[:MAX_CALENDARS]:
        content = decode_transfer(raw[part.start : part.end], part.encoding)[:MAX_BYTES]
        for item in _items(content, part.parameters.get("method", "")):
            found.setdefault((item.method, item.uid, item.starts_at), item)
    return tuple(found.values())[:MAX_EVENTS]


def _calendars(raw: bytes) -> Iterator[Part]:
    for part in parse_tree(raw).root.walk():
        if not part.children and is_calendar(part.content_type, part.filename):
            yield part


def _items(content: bytes, method: str) -> Iterator[CalendarItem]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, LookupError, TypeError):  # what the library raises on what is no calendar
        return
    for calendar in calendars:
        said = str(calendar.get("METHOD", method)).upper()[:MAX_WORD_CHARS]
        for event in calendar.walk("VEVENT")[:MAX_EVENTS]:
            item = _item(event, said)
            if item.starts_at or item.uid:
                yield item


def _item(event: Component, method: str) -> CalendarItem:
    starts = _moment(event, "DTSTART")
    ends = _moment(event, "DTEND") or _after(starts, _one(event, "DURATION"))
    return CalendarItem(
        method=method,
        uid=_text(event, "UID"),
        sequence=_sequence(event),
        summary=_text(event, "SUMMARY"),
        location=_text(event, "LOCATION"),
        organizer=_organizer(event),
        starts_at=_utc(starts),
        ends_at=_utc(ends),
        is_all_day=starts is not None and not isinstance(starts, datetime),
        is_repeating="RRULE" in event or "RDATE" in event,
        status=_text(event, "STATUS").upper()[:MAX_WORD_CHARS],
    )


def _one(event: Component, name: str) -> Any:  # noqa: ANN401  (the library's own types of values)
    """The first value: what may stand once only is sometimes there twice."""
    value = event.get(name)
    return value[0] if isinstance(value, list) and value else value


def _text(event: Component, name: str) -> str:
    return " ".join(str(_one(event, name) or "").split())[:MAX_TEXT_CHARS]


def _sequence(event: Component) -> int:
    text = _text(event, "SEQUENCE")
    return min(int(text), MAX_SEQUENCE) if text.isascii() and text.isdigit() and len(text) < MAX_WORD_CHARS else 0


def _moment(event: Component, name: str) -> date | None:
    value = _one(event, name)
    moment = value.dt if isinstance(value, vDDDTypes) else None  # else it is broken: to ask for it would raise
    return moment if isinstance(moment, date) else None


def _after(starts: date | None, duration: object) -> date | None:
    length = duration.dt if isinstance(duration, vDDDTypes | vDuration) else None
    if starts is None or not isinstance(length, timedelta):
        return None
    try:
        return starts + length
    except OverflowError:
        return None


def _utc(value: date | None) -> datetime | None:
    """A day is its midnight UTC. A time without a zone is taken for UTC: whose it is nobody says."""
    if value is None or value.year not in YEARS:
        return None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _organizer(event: Component) -> Address | None:
    value = _one(event, "ORGANIZER")
    if value is None:
        return None
    scheme, colon, address = str(value).partition(":")
    email = address if colon and scheme.lower() == "mailto" else ""
    name = str(getattr(value, "params", {}).get("CN", ""))
    return Address(email=email.strip()[:MAX_TEXT_CHARS], name=" ".join(name.split())[:MAX_TEXT_CHARS])
