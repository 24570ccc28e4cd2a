"""The form of a trigger: what it does, and of each kind the inputs that this kind has (M65-M72)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from automation.field_values import find_field
from automation.models import Trigger
from automation.trigger_settings import MAX_TEXT, MAX_VALUE, RESPONSIBLE
from automation.triggers import MAX_NAME, TriggerValues
from crm.models import Pipeline
from crm.task_types import list_types
from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.models import Template
from web.durations import DurationField
from web.forms.trigger_fields import ENTITIES, field_choices, join_words, split_words

Type = Trigger.Type
AREA = {"rows": 3}
#: The inputs of each kind, by the name that they have among the trigger's settings.
INPUTS: dict[str, dict[str, str]] = {
    Type.TASK: {
        "task_type": "task_type",
        "text": "task_text",
        "due_in_seconds": "task_due",
        "responsible": "task_responsible",
    },
    Type.NOTE: {"text": "note_text"},
    Type.STAGE: {"stage": "stage"},
    Type.FIELD: {"field": "field", "value": "value"},
    Type.MAIL: {"template": "template"},
    Type.LEAD: {"name": "lead_name", "stage": "lead_stage", "responsible": "lead_responsible"},
    Type.TAGS: {"entity": "tags_entity", "add": "tags_add", "remove": "tags_remove"},
}
NEEDED = {"task_text", "task_type", "note_text", "stage", "field", "value", "template", "lead_stage"}


class TriggerForm(forms.Form):
    """All kinds have their inputs in it; the page shows those of the kind that is chosen."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        help_text=_("Say what it does: it is chosen by this name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    type = forms.ChoiceField(label=_("What it does"), choices=Type.choices, widget=forms.RadioSelect)
    delay = DurationField(
        label=_("Wait before it runs"), help_text=_("0: at once. The time counts from what starts it.")
    )
    is_active = forms.BooleanField(label=_("It is on"), required=False, initial=True)

    task_type = forms.ChoiceField(label=_("Kind of the task"), required=False)
    task_text = forms.CharField(
        label=_("What is to be done"), max_length=MAX_TEXT, required=False, widget=forms.Textarea(attrs=AREA)
    )
    task_due = DurationField(label=_("Due after"), initial=3600)
    task_responsible = forms.ChoiceField(label=_("Who does it"), required=False)
    note_text = forms.CharField(
        label=_("Text of the note"), max_length=MAX_TEXT, required=False, widget=forms.Textarea(attrs=AREA)
    )
    stage = forms.ChoiceField(label=_("The lead goes to"), required=False)
    field = forms.ChoiceField(label=_("Field"), required=False)
    value = forms.CharField(
        label=_("Value"), max_length=MAX_VALUE, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    template = forms.ChoiceField(label=_("Template"), required=False)
    lead_name = forms.CharField(
        label=_("Name of the lead"), max_length=150, required=False, help_text=_("Empty: the name of the contact.")
    )
    lead_stage = forms.ChoiceField(label=_("Stage of the lead"), required=False)
    lead_responsible = forms.ChoiceField(label=_("Who is responsible"), required=False)
    tags_entity = forms.ChoiceField(label=_("Tags of"), choices=ENTITIES, required=False)
    tags_add = forms.CharField(
        label=_("Put on"), max_length=1000, required=False, help_text=_("Several with commas between them.")
    )
    tags_remove = forms.CharField(label=_("Take off"), max_length=1000, required=False)

    def __init__(self, *args: Any, trigger: Trigger | None = None, **kwargs: Any) -> None:
        initial = _initial_of(trigger) if trigger else {}
        super().__init__(*args, **{**kwargs, "initial": {**initial, **kwargs.get("initial", {})}})
        stages, people = _stages(), [(RESPONSIBLE, _("Whoever is responsible for the card")), *_people()]
        offered = {
            "task_type": [(str(kind.pk), kind.name) for kind in list_types()],
            "task_responsible": people,
            "stage": stages,
            "field": field_choices(),
            "template": _templates(),
            "lead_stage": stages,
            "lead_responsible": people,
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What this kind cannot do without. The rest is the trigger's own to judge."""
        given = super().clean() or self.cleaned_data
        for name in INPUTS.get(given.get("type", ""), {}).values():
            if name in NEEDED and name not in self.errors and not given.get(name):
                self.add_error(name, _("This is needed."))
        return given

    def values(self) -> TriggerValues:
        given = self.cleaned_data
        return TriggerValues(
            name=given["name"],
            type=given["type"],
            settings=self._settings(),
            delay_seconds=given["delay"],
            is_active=given["is_active"],
        )

    def _settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        kept = {name: given[input_name] for name, input_name in INPUTS[given["type"]].items()}
        for name in ("task_type", "stage", "template"):
            if name in kept:
                kept[name] = int(kept[name])
        if kept.get("responsible", "").isdigit():
            kept["responsible"] = int(kept["responsible"])
        if "field" in kept:
            kept["entity"], _colon, kept["field"] = kept["field"].partition(":")
        for name in ("add", "remove"):
            if name in kept:
                kept[name] = split_words(kept[name])
        return kept

    def add_refusal(self, error: ValueRefused | PartRefused) -> None:
        """Beside the input that it is about."""
        self.add_error(self._input_of(error.part if isinstance(error, PartRefused) else error.field), error.message)

    def _input_of(self, setting: str) -> str | None:
        """The input that a setting, "text" or "settings.text", is typed into; None: it is of the whole form."""
        named = setting.removeprefix("settings.")
        names = {**INPUTS.get(self.cleaned_data.get("type", ""), {}), "entity": "field", "delay_seconds": "delay"}
        found = names.get(named, named)
        return found if found in self.fields else None


def _initial_of(trigger: Trigger) -> dict[str, Any]:
    kept = dict(trigger.settings)
    if "field" in kept:
        field = find_field(kept["entity"], kept["field"])
        kept["field"] = f"{kept['entity']}:{field.name if field else kept['field']}"
    for name in ("add", "remove"):
        if name in kept:
            kept[name] = join_words(kept[name])
    own = {input_name: kept[name] for name, input_name in INPUTS[trigger.type].items() if name in kept}
    shown = {"name": trigger.name, "type": trigger.type, "delay": trigger.delay_seconds, "is_active": trigger.is_active}
    return {**shown, **own}


def _stages() -> list[tuple[str, list[tuple[str, str]]]]:
    pipelines = Pipeline.objects.prefetch_related("stages")
    groups = [(line.name, [(str(stage.pk), stage.name) for stage in line.stages.all()]) for line in pipelines]
    return [("", [("", _("Choose…"))]), *groups]  # type: ignore[list-item]


def _people() -> list[tuple[str, str]]:
    members = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "pk")
    return [(str(member.pk), member.name) for member in members]


def _templates() -> list[tuple[str, Any]]:
    rows = Template.objects.order_by("name", "pk").values_list("pk", "name")
    return [("", _("Choose…")), *((str(pk), name) for pk, name in rows)]
