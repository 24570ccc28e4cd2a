"""The dialog of a task."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.models import Task
from crm.task_types import list_types
from crm.tasks import MAX_TEXT, TaskValues
from web.forms.card_tasks import TaskTypeChoiceField
from web.forms.crm import MemberChoiceField, colleagues

MORNING, EVENING = time(10), time(18)
LOCAL = "%Y-%m-%dT%H:%M"  # as <input type="datetime-local"> has it


class TaskForm(forms.Form):
    """All of a task but its card, which stays."""

    text = forms.CharField(
        label=gettext_lazy("What is to be done"),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    type = TaskTypeChoiceField(label=gettext_lazy("Kind"), queryset=None, empty_label=None)
    due_at = forms.DateTimeField(
        label=pgettext_lazy("of a task", "Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )
    responsible = MemberChoiceField(
        label=gettext_lazy("Responsible"), queryset=None, required=False, empty_label=gettext_lazy("Nobody")
    )
    result = forms.CharField(
        label=gettext_lazy("What came of it"),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, task: Task, typed: QueryDict | None) -> None:
        initial = {name: getattr(task, name) for name in ("text", "due_at", "result")}
        super().__init__(typed, initial={**initial, "type": task.type_id, "responsible": task.responsible_id})
        self.fields["responsible"].queryset = colleagues(task.responsible_id)  # type: ignore[attr-defined]
        self.fields["type"].queryset = list_types()  # type: ignore[attr-defined]

    def values(self) -> TaskValues:
        typed = self.cleaned_data
        return TaskValues(typed["type"], typed["due_at"], typed["text"], typed["responsible"])


def quick_times(now: datetime) -> list[tuple[str, str]]:
    """Words and value of the deadlines that are offered; `now` is local time."""
    day, monday = timedelta(days=1), timedelta(days=7 - now.weekday())
    choices = [
        (_("Today"), _at(now, EVENING)),
        (_("Tomorrow"), _at(now + day, MORNING)),
        (_("In 3 days"), _at(now + 3 * day, MORNING)),
        (_("Next Monday"), _at(now + monday, MORNING)),
    ]
    return [(words, at.strftime(LOCAL)) for words, at in choices if at > now]


def _at(day: datetime, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day.date(), hour))
