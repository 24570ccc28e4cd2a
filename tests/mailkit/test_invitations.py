"""Calendars in letters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailkit.invitations import read_invitations
from mailkit.reading_pool import read_safely
from mailkit.types import Address

ZONE = """BEGIN:VTIMEZONE
TZID:Own
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE
"""
EVENT = """UID:1@acme.example
SEQUENCE:2
SUMMARY:Demo of the\\, product
LOCATION:Room 5
ORGANIZER;CN=Anna Petrova:mailto:anna@client.example
DTSTART;TZID=Europe/Madrid:20260601T100000
DTEND;TZID=Europe/Madrid:20260601T113000
"""


def calendar(event: str = EVENT, *, method: str = "METHOD:REQUEST\n", before: str = "") -> str:
    inner = f"{before}BEGIN:VEVENT\n{event}END:VEVENT\n"
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{method}{inner}END:VCALENDAR\n".replace("\n", "\r\n")


def letter(*calendars: str, kind: str = "text/calendar; method=REQUEST; charset=utf-8") -> bytes:
    parts = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{each}\r\n" for each in calendars)
    head = "Subject: Demo\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    return f"{head}--b\r\nContent-Type: text/plain\r\n\r\nCome\r\n{parts}--b--\r\n".encode()


def test_an_invitation_says_what_when_where_and_who() -> None:
    (event,) = read_invitations(letter(calendar()))
    assert (event.method, event.uid, event.sequence) == ("REQUEST", "1@acme.example", 2)
    assert (event.summary, event.location) == ("Demo of the, product", "Room 5")
    assert event.organizer == Address("anna@client.example", "Anna Petrova")
    assert event.starts_at == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    assert not event.is_all_day


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20260601T100000Z", datetime(2026, 6, 1, 10, 0, tzinfo=UTC)),
        ("DTSTART:20260601T100000", datetime(2026, 6, 1, 10, 0, tzinfo=UTC)),
        ("DTSTART;TZID=Own:20260601T100000", datetime(2026, 6, 1, 7, 0, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20260601T100000", datetime(2026, 6, 1, 8, 0, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20260601", datetime(2026, 6, 1, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:00010101", None),
        ("DTSTART:nonsense", None),
        ("SUMMARY:no time", None),
    ],
)
def test_times_are_those_of_their_zone(start: str, expected: datetime | None) -> None:
    events = read_invitations(letter(calendar(f"UID:1\n{start}\n", before=ZONE)))
    assert [event.starts_at for event in events] == [expected]
    assert [event.is_all_day for event in events] == ["VALUE=DATE" in start]


def test_a_duration_gives_the_end_and_rules_repeat() -> None:
    lines = "UID:1\nDTSTART:20260601T100000Z\nDURATION:PT45M\nRRULE:FREQ=WEEKLY\n"
    (event,) = read_invitations(letter(calendar(lines)))
    assert event.ends_at == datetime(2026, 6, 1, 10, 45, tzinfo=UTC)
    assert event.is_repeating


def test_a_cancellation_is_told_by_its_method_and_the_same_event_twice_is_one() -> None:
    canceled = calendar(method="METHOD:CANCEL\n")
    assert [event.method for event in read_invitations(letter(canceled, canceled))] == ["CANCEL"]
    assert [event.method for event in read_invitations(letter(calendar(method="")))] == ["REQUEST"]
    assert len(read_invitations(letter(calendar(), kind='application/octet-stream; name="invite.ICS"'))) == 1


@pytest.mark.parametrize(
    "text",
    ["", "BEGIN:VCALENDAR", "nonsense", "BEGIN:VEVENT\r\nEND:VCALENDAR", "\0\xff", "BEGIN:VCALENDAR\r\n" * 3000],
)
def test_what_is_no_calendar_brings_no_event_and_spoils_no_letter(text: str) -> None:
    assert read_invitations(letter(text)) == ()
    assert read_safely(letter(text)).parsed.subject == "Demo"


def test_odd_values_are_left_out() -> None:
    lines = "UID:1\nSEQUENCE:many\nSTATUS:x\nORGANIZER:nobody\nSUMMARY:a\nSUMMARY:b\nDTSTART:20260601T100000Z\n"
    (event,) = read_invitations(letter(calendar(lines)))
    assert (event.sequence, event.summary, event.organizer) == (0, "a", Address(""))


def test_the_pool_reads_them_in_its_own_process() -> None:
    raw = letter(calendar())
    assert read_safely(raw).events == read_invitations(raw)
    assert read_safely(b"Subject: none\r\n\r\nHi").events == ()
