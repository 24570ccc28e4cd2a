"""Conditions of a stage action: a line each, of what is asked, how, and what it is compared with.

Without scripts there are spare lines with every way to compare; static/web/js/conditions.js shows those that fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from automation.conditions import ENTITIES, MOST_CONDITIONS, Condition
from crm.models import CustomField, Tag
from crm.tags import tag_names

SPARE_LINES = 2
MOST_TAGS = 200
TAG = "tag"
OPS: tuple[tuple[str, str | Promise], ...] = (
    ("has", pgettext_lazy("tag", "is")),
    ("has_not", pgettext_lazy("tag", "is not")),
    ("equals", gettext_lazy("is exactly")),
    ("contains", gettext_lazy("contains")),
    ("filled", gettext_lazy("is filled in, or on")),
    ("empty", gettext_lazy("is empty, or off")),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be asked about: `key` is "lead:tag" or "lead:1007"."""

    key: str
    label: str | Promise
    type: str  # of the field, or "tag"
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SubjectGroup:
    label: str | Promise
    subjects: Sequence[Subject]


@dataclass(frozen=True, slots=True)
class Line:
    """As typed."""

    subject: str = ""
    op: str = ""
    value: str = ""


def subject_groups() -> list[SubjectGroup]:
    tags = tag_names(MOST_TAGS)
    fields: dict[str, list[Subject]] = {entity: [] for entity in ENTITIES}
    for field in CustomField.objects.filter(entity__in=ENTITIES).order_by("position", "id"):
        subject = Subject(f"{field.entity}:{field.number}", field.name, field.type, field.options)
        fields[field.entity].append(subject)
    labels = dict(CustomField.Entity.choices)
    return [
        SubjectGroup(labels[entity], [Subject(f"{entity}:{TAG}", gettext_lazy("Tag"), TAG, tags), *own])
        for entity, own in fields.items()
    ]


def lines_of(conditions: Iterable[Condition]) -> list[Line]:
    """As they are typed. One of a tag that was deleted is left out: saving drops it."""
    asked = list(conditions)
    names = dict(Tag.objects.filter(pk__in=[one.tag_id for one in asked]).values_list("pk", "name"))
    return [line for one in asked if (line := _line_of(one, names)).value or one.kind != TAG]


def _line_of(condition: Condition, tags: Mapping[int, str]) -> Line:
    if condition.kind == TAG:
        return Line(f"{condition.entity}:{TAG}", condition.op, tags.get(condition.tag_id, ""))
    value = condition.value
    shown = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return Line(f"{condition.entity}:{condition.field_number}", condition.op, shown)


class ConditionLines(forms.Widget):
    """Three boxes a line."""

    template_name = "settings/parts/condition_lines.html"

    def __init__(self) -> None:
        super().__init__()
        self.groups: Sequence[SubjectGroup] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401  (Django's)
        context = super().get_context(name, value, attrs)
        lines = [*(value or []), *[Line()] * SPARE_LINES][:MOST_CONDITIONS]
        context["widget"].update(lines=lines, groups=self.groups, ops=OPS)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Line]:  # noqa: ANN401  (Django's)
        if not isinstance(data, MultiValueDict):
            return []
        columns = (data.getlist(f"{name}_{part}") for part in ("subject", "op", "value"))
        return [Line(*map(str.strip, typed)) for typed in zip(*columns, strict=False) if typed[0]]


class ConditionLinesField(forms.Field):
    """What was typed as conditions; whether they make sense, the service says. Make it anew for each form."""

    widget = ConditionLines

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.widget.groups = subject_groups()

    def clean(self, value: Any) -> tuple[Condition, ...]:  # noqa: ANN401  (Django's)
        fields = {str(field.number): field for field in CustomField.objects.all()}
        return tuple(_condition(line, fields) for line in value or [])


def _condition(line: Line, fields: Mapping[str, CustomField]) -> Condition:
    entity, _colon, asked = line.subject.partition(":")
    if asked != TAG:
        field = fields.get(asked)
        number = field.number if field else 0
        return Condition("field", entity, line.op, field_number=number, value=_typed(field, line))
    tag = Tag.objects.filter(name__iexact=line.value).first()
    if tag is None:
        raise ValidationError(_("There is no tag “%(tag)s”. Make it first, or choose another.") % {"tag": line.value})
    return Condition(TAG, entity, line.op, tag_id=tag.pk)


def _typed(field: CustomField | None, line: Line) -> str | list[str]:
    """Several choices of a list stand with commas between."""
    is_list = field is not None and field.type == CustomField.Type.MULTILIST
    return [part.strip() for part in line.value.split(",") if part.strip()] if is_list else line.value
