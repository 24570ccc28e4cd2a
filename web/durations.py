"""Spans of time as people give them: a number and a unit. They are kept in seconds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

SECONDS_OF = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
UNITS = (
    ("seconds", gettext_lazy("seconds")),
    ("minutes", gettext_lazy("minutes")),
    ("hours", gettext_lazy("hours")),
    ("days", gettext_lazy("days")),
)
MOST_SECONDS = 3660 * 86400  # ten years


def split_seconds(seconds: int) -> tuple[int, str]:
    """In the largest unit that says it without a rest: 7200 is 2 hours."""
    for unit in reversed(SECONDS_OF):
        if seconds and seconds % SECONDS_OF[unit] == 0:
            return seconds // SECONDS_OF[unit], unit
    return 0, "minutes"


def duration_words(seconds: int) -> str:
    """ "2 hours"."""
    count, unit = split_seconds(seconds)
    return _words_of(count)[unit] % {"count": count}


def _words_of(count: int) -> dict[str, str]:
    return {
        "seconds": ngettext("%(count)s second", "%(count)s seconds", count),
        "minutes": ngettext("%(count)s minute", "%(count)s minutes", count),
        "hours": ngettext("%(count)s hour", "%(count)s hours", count),
        "days": ngettext("%(count)s day", "%(count)s days", count),
    }


class DurationWidget(forms.MultiWidget):
    """A number and its unit, under one label."""

    template_name = "settings/mailer/duration.html"
    use_fieldset = False  # the label is that of the number; the unit has one of its own

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = forms.NumberInput(attrs={"min": 0, "inputmode": "numeric", "autocomplete": "off"})
        super().__init__(
            {"count": number, "unit": forms.Select(choices=UNITS, attrs={"aria-label": gettext_lazy("Unit")})}, attrs
        )

    def decompress(self, value: int | None) -> list[Any]:
        return list(split_seconds(value or 0))

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


class DurationField(forms.MultiValueField):
    """Seconds. An empty number is 0."""

    widget = DurationWidget

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        self.least = least
        fields = (
            forms.IntegerField(min_value=0, max_value=MOST_SECONDS, required=False),
            forms.ChoiceField(choices=UNITS),
        )
        super().__init__(fields, require_all_fields=False, **{"required": False, **kwargs})

    def compress(self, data_list: list[Any]) -> int:
        count, unit = data_list or (0, "seconds")
        return (count or 0) * SECONDS_OF[unit or "seconds"]

    def clean(self, value: Any) -> int:  # noqa: ANN401  (Django's)
        seconds: int = super().clean(value) or 0
        if seconds < self.least:
            raise ValidationError(_("Enter at least %(least)s.") % {"least": duration_words(self.least)})
        if seconds > MOST_SECONDS:
            raise ValidationError(_("Enter at most %(most)s.") % {"most": duration_words(MOST_SECONDS)})
        return seconds
