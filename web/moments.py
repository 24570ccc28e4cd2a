"""Times in words, in the reader's own time zone: the nearer, the finer. All take aware datetimes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

MAY = 5
WEEK_DAYS = 6  # a weekday alone is unambiguous for so many days back


@dataclass(frozen=True, slots=True)
class RowTime:
    """A time as rows of a list show it: in short, in full, and the heading it stands under."""

    short: str
    full: str
    heading: str
    iso: str


def row_times() -> Callable[[datetime], RowTime]:
    """For the many times of a page, which have one zone, one language and one today."""
    zone, today, language = timezone.get_current_timezone(), timezone.localdate(), get_language()

    def words_of(value: datetime) -> RowTime:
        local = value.astimezone(zone)
        heading = _heading(local.date(), today, language)
        return RowTime(_short(local, today, language), _absolute(local, language), heading, value.isoformat())

    return words_of


def short_words(value: datetime) -> str:
    """For rows: 15:52, Mon, 17 Nov, 17 Nov 2025."""
    return _short(timezone.localtime(value), timezone.localdate(), get_language())


def _short(local: datetime, today: date, language: str | None) -> str:
    days = (today - local.date()).days
    if days == 0:
        return _clock(local)
    if 0 < days <= WEEK_DAYS:
        return date_format(local, "D")
    return _day(local, today, language)


def long_words(value: datetime) -> str:
    """For letters: Today, 16:37; Mon 17 Nov, 10:12; 17 Nov 2025, 10:12."""
    return _full_words(value, _("Today, %(time)s"))


def inline_words(value: datetime) -> str:
    """The same within a line of words: Last checked today, 16:37. Who writes months small writes weekdays so too."""
    words = _full_words(value, _("today, %(time)s"))
    return words[:1].lower() + words[1:] if "b" in pgettext("date format", "j M") else words


def _full_words(value: datetime, today_words: str) -> str:
    local, today = timezone.localtime(value), timezone.localdate()
    time = _clock(local)
    if local.date() == today:
        return today_words % {"time": time}
    weekday = f"{date_format(local, 'D')} " if local.year == today.year else ""
    return f"{weekday}{_day(local, today, get_language())}, {time}"


def day_words(day: date) -> str:
    """17 Nov 2025, for days that may be far away."""
    return _day_words(day, get_language(), with_year=True)


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def _day(local: datetime, today: date, language: str | None) -> str:
    return _day_words(local.date(), language, with_year=local.year != today.year)


def absolute(value: datetime) -> str:
    return _absolute(timezone.localtime(value), get_language())


def _absolute(local: datetime, language: str | None) -> str:
    return f"{_full_day(local.date(), language)}, {_clock(local)} {local.tzname() or ''}".strip()


# Formatting reads the format anew each time, and a list has many letters of few days.
@lru_cache(maxsize=4096)
def _day_words(day: date, _language: str | None, *, with_year: bool) -> str:
    """The formats are translated: most languages write the month small (Django's `b`). The short name of May is the
    whole one, which in some of them bends beside a day: 4 мая.
    """
    if with_year:
        usual, of_may = pgettext("date format", "j M Y"), pgettext("date format of May", "j M Y")
    else:
        usual, of_may = pgettext("date format", "j M"), pgettext("date format of May", "j M")
    return date_format(day, of_may if day.month == MAY else usual)


@lru_cache(maxsize=4096)
def _full_day(day: date, _language: str | None) -> str:
    return date_format(day, "DATE_FORMAT")


@lru_cache(maxsize=1024)
def _heading(day: date, today: date, _language: str | None) -> str:
    """For the sticky headings of a list: Today, Yesterday, Earlier this week, then months."""
    days = (today - day).days
    if days <= 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    if days <= WEEK_DAYS:
        return _("Earlier this week")
    return _month(day, today)


def _month(day: date, today: date) -> str:
    words = date_format(day, "F" if day.year == today.year else "F Y")
    return words[:1].upper() + words[1:]
