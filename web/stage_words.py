"""What stages send, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.mailer import may_use_mailer
from accounts.models import Membership
from automation.conditions import Condition, read_conditions
from automation.models import StageAction
from automation.stage_actions import list_stage_actions
from crm.field_values import text_of
from crm.models import CustomField, Stage, Tag
from web.durations import duration_words

On = StageAction.On


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action in the list of its stage."""

    action: StageAction
    when: str
    whom: str
    conditions: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Names:
    tags: Mapping[int, str]
    fields: Mapping[int, CustomField]


def action_lines(member: Membership, stage: Stage) -> list[ActionLine] | None:
    """None while the Mailer is switched off."""
    if not may_use_mailer(member):
        return None
    actions = list(list_stage_actions(member).filter(stage=stage))
    names = _names(one for action in actions for one in read_conditions(action.conditions))
    return [_line(action, names) for action in actions]


def _line(action: StageAction, names: _Names) -> ActionLine:
    conditions = [_condition_words(one, names) for one in read_conditions(action.conditions)]
    return ActionLine(action, _when(action), _whom(action), conditions)


def _when(action: StageAction) -> str:
    if not action.delay_seconds:
        return str(action.get_on_display())
    facts = {"when": action.get_on_display(), "delay": duration_words(action.delay_seconds)}
    return _("%(when)s, %(delay)s later") % facts


def _whom(action: StageAction) -> str:
    if action.template.send_to:
        return _("To the address that the template names")
    return _("One letter to all contacts") if action.together else _("A letter to each contact")


def _names(conditions: Iterable[Condition]) -> _Names:
    asked = list(conditions)
    tags = Tag.objects.filter(pk__in=[one.tag_id for one in asked])
    fields = CustomField.objects.filter(number__in=[one.field_number for one in asked])
    return _Names(dict(tags.values_list("pk", "name")), {field.number: field for field in fields})


def _condition_words(condition: Condition, names: _Names) -> str:
    card = dict(CustomField.Entity.choices)[condition.entity]
    if condition.kind == "tag":
        return _tag_words(condition, str(card), names.tags.get(condition.tag_id))
    field = names.fields.get(condition.field_number)
    if field is None:
        return _("a field that was deleted: it holds for nobody")
    facts = {"card": card, "field": field.name, "value": text_of(field, condition.value)}
    return _field_words(condition.op) % facts


def _tag_words(condition: Condition, card: str, tag: str | None) -> str:
    if tag is None:
        return _("a tag that was deleted: it holds for nobody")
    words = _("%(card)s has the tag “%(tag)s”") if condition.op == "has" else _("%(card)s has no tag “%(tag)s”")
    return words % {"card": card, "tag": tag}


def _field_words(op: str) -> str:
    return {
        "equals": _("%(card)s: %(field)s is “%(value)s”"),
        "contains": _("%(card)s: %(field)s contains “%(value)s”"),
        "filled": _("%(card)s: %(field)s is filled in, or on"),
        "empty": _("%(card)s: %(field)s is empty, or off"),
    }[op]
