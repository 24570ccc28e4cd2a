"""Triggers in an order of one's own: a line each, which can be moved (static/web/js/lines.js)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from automation.models import Trigger
from letter_templates.trigger_choice import MOST_TRIGGERS

SPARE_LINES = 2  # empty ones at the end, so that more can be chosen without scripts


class TriggerLines(forms.Widget):
    """A select box a line."""

    template_name = "settings/mailer/trigger_lines.html"
    choices: Sequence[tuple[str, str]] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401  (Django's)
        context = super().get_context(name, value, attrs)
        lines = [*(str(chosen) for chosen in value or []), *[""] * SPARE_LINES][:MOST_TRIGGERS]
        context["widget"].update(lines=lines, choices=self.choices)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:  # noqa: ANN401  (Django's)
        given = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, [])
        return [chosen for chosen in given if chosen]


class TriggerLinesField(forms.Field):
    """Ids of triggers, each once, in their order. Make it anew for each form: it reads what there is to choose."""

    widget = TriggerLines

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        rows = Trigger.objects.order_by("name", "pk").values_list("pk", "name")
        self.choices = [(str(pk), name) for pk, name in rows]
        self.widget.choices = self.choices

    def clean(self, value: Any) -> tuple[int, ...]:  # noqa: ANN401  (Django's)
        known = dict(self.choices)
        if any(chosen not in known for chosen in value or []):
            raise ValidationError(_("One of these triggers was deleted. Take it off, or choose another."))
        return tuple(dict.fromkeys(map(int, value or [])))
