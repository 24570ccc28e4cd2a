"""When a letter may go out later: what the menu beside "Send" offers, in the time zone of whoever writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

EVENING, MORNING, AFTERNOON = time(18), time(8), time(13)
MONDAY = 0


@dataclass(frozen=True, slots=True)
class SendTime:
    label: str
    at: datetime  # local

    @property
    def value(self) -> str:
        """As an <input type="datetime-local"> has it."""
        return self.at.strftime("%Y-%m-%dT%H:%M")


def send_times(now: datetime) -> list[SendTime]:
    """`now` is local time."""
    tomorrow = now + timedelta(days=1)
    monday = now + timedelta(days=(MONDAY - now.weekday()) % 7 or 7)
    choices = [
        SendTime(_("This evening"), _at(now, EVENING)),
        SendTime(_("Tomorrow morning"), _at(tomorrow, MORNING)),
        SendTime(_("Tomorrow afternoon"), _at(tomorrow, AFTERNOON)),
        SendTime(_("Monday morning"), _at(monday, MORNING)),
    ]
    offered = {choice.value: choice for choice in reversed(choices) if choice.at - now > timedelta(hours=1)}
    return sorted(offered.values(), key=lambda choice: choice.at)


def _at(day: datetime, hour: time) -> datetime:
    return day.replace(hour=hour.hour, minute=0, second=0, microsecond=0)
