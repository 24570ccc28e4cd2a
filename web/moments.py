"""Times in words, in the reader's own time zone: the nearer, the finer. All take aware datetimes."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

WEEK_DAYS = 6  # a weekday alone is unambiguous for so many days back


def short_words(value: datetime) -> str:
    """For rows: 15:52, Mon, 17 Nov, 17 Nov 2025."""
    local, today = timezone.localtime(value), timezone.localdate()
    days = (today - local.date()).days
    if days == 0:
        return date_format(local, "H:i")
    if 0 < days <= WEEK_DAYS:
        return date_format(local, "D")
    return _day(local, today)


def long_words(value: datetime) -> str:
    """For letters: Today, 16:37; Mon 17 Nov, 10:12; 17 Nov 2025, 10:12."""
    return _full_words(value, _("Today, %(time)s"))


def inline_words(value: datetime) -> str:
    """The same within a line of words: Last checked today, 16:37."""
    return _full_words(value, _("today, %(time)s"))


def _full_words(value: datetime, today_words: str) -> str:
    local, today = timezone.localtime(value), timezone.localdate()
    time = date_format(local, "H:i")
    if local.date() == today:
        return today_words % {"time": time}
    weekday = f"{date_format(local, 'D')} " if local.year == today.year else ""
    return f"{weekday}{_day(local, today)}, {time}"


def _day(local: datetime, today: date) -> str:
    """The formats are translated: most languages write the month small (Django's `b`)."""
    if local.year == today.year:
        return date_format(local, pgettext("date format", "j M"))
    return date_format(local, pgettext("date format", "j M Y"))


def absolute(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname() or ''}".strip()


def day_heading(value: datetime) -> str:
    """For the sticky headings of a list: Today, Yesterday, This week, then months."""
    day, today = timezone.localtime(value).date(), timezone.localdate()
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
