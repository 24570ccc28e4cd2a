"""The line that adds a task to a card."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from crm.models import TaskType
from crm.task_types import list_types
from crm.tasks import MAX_TEXT, TaskValues
from web.forms.crm import MemberChoiceField, colleagues

MORNING = time(10)


class TaskTypeChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: TaskType) -> str:
        return obj.name


class CardTaskForm(forms.Form):
    """It is for whoever adds it, unless somebody else is chosen."""

    text = forms.CharField(label=_("What is to be done"), max_length=MAX_TEXT, required=False)
    type = TaskTypeChoiceField(label=_("Kind"), queryset=None, empty_label=None)
    due_at = forms.DateTimeField(
        label=pgettext_lazy("of a task", "Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    responsible = MemberChoiceField(label=_("Responsible"), queryset=None, required=False, empty_label=_("Nobody"))

    def __init__(self, member: Membership, typed: QueryDict | None = None) -> None:
        initial = {"due_at": _tomorrow_morning(), "responsible": member.pk}
        super().__init__(typed, initial=initial, auto_id="task_%s")
        self.fields["type"].queryset = list_types()  # type: ignore[attr-defined]
        self.fields["responsible"].queryset = colleagues()  # type: ignore[attr-defined]

    def values(self) -> TaskValues:
        typed = self.cleaned_data
        return TaskValues(typed["type"], typed["due_at"], typed["text"], typed["responsible"])


def _tomorrow_morning() -> datetime:
    """In the time zone of whoever looks."""
    tomorrow = timezone.localtime() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow.date(), MORNING))
