"""Fields of an account's own: the form that defines one, and the inputs that forms of cards get for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.custom_fields import MAX_NAME, Card, FieldValues
from crm.field_values import MAX_TEXT
from crm.models import CustomField

Type = CustomField.Type
PREFIX = "custom_"
Options = list[tuple[str, str]]


class CustomFieldForm(forms.Form):
    """Where it stands and what it holds is chosen once; the name and the choices may change."""

    name = forms.CharField(label=pgettext_lazy("field", "Name"), max_length=MAX_NAME)
    entity = forms.ChoiceField(label=_("Stands on"), choices=CustomField.Entity.choices)
    type = forms.ChoiceField(label=_("What it holds"), choices=Type.choices)
    options = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For lists: one choice a line."),
    )
    code = forms.CharField(
        label=pgettext_lazy("field", "Code"),
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("How templates name it, such as {{ lead.BUDGET }}. Left empty, it is made from the name."),
    )
    number = forms.IntegerField(
        label=pgettext_lazy("field", "Number"),
        required=False,
        min_value=1,
        help_text=_(
            "How forms in letters name it, such as lead[657261]. Fill it in only when letters or forms with it exist."
        ),
    )

    def __init__(self, *args: Any, field: CustomField | None = None, **kwargs: Any) -> None:
        """Of an existing field, what is for good is shown and cannot be changed."""
        super().__init__(*args, **kwargs)
        if field is None:
            return
        self.initial = {name: getattr(field, name) for name in ("name", "entity", "type", "code", "number")}
        self.initial["options"] = "\n".join(field.options)
        for name in ("entity", "type", "code", "number"):
            self.fields[name].disabled = True
        if not field.options:
            del self.fields["options"]

    def values(self) -> FieldValues:
        typed = self.cleaned_data
        return FieldValues(
            entity=typed["entity"],
            name=typed["name"],
            type=typed["type"],
            number=typed["number"],
            code=typed["code"],
            options=typed.get("options", "").splitlines(),
        )


def input_of(field: CustomField, current: object = None) -> forms.Field:
    """An empty one is always allowed: it clears the field. What is chosen now stays to be seen, even if the choice was
    taken away.
    """
    made = _INPUTS[field.type](_options(field, current))
    made.label, made.required = field.name, False
    return made


def name_of(field: CustomField) -> str:
    return f"{PREFIX}{field.number}"


def initial_of(card: Card) -> dict[str, Any]:
    return initial_from(card.custom_values)


def initial_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is stored, by number."""
    return {f"{PREFIX}{number}": value for number, value in values.items()}


def _options(field: CustomField, current: object) -> Options:
    chosen = current if isinstance(current, list) else [current]
    gone = [value for value in chosen if isinstance(value, str) and value not in field.options]
    return [(option, option) for option in [*field.options, *gone]]


_INPUTS: dict[str, Callable[[Options], forms.Field]] = {
    Type.TEXT: lambda _options: forms.CharField(max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 2})),
    Type.NUMERIC: lambda _options: forms.CharField(
        max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    ),
    Type.LIST: lambda options: forms.ChoiceField(choices=[("", "—"), *options]),
    Type.MULTILIST: lambda options: forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple),
    Type.SWITCH: lambda _options: forms.BooleanField(),
    Type.FLAG: lambda _options: forms.BooleanField(),
    Type.DATE: lambda _options: forms.CharField(max_length=10, widget=forms.DateInput(attrs={"type": "date"})),
}
