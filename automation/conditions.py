"""Conditions of stage actions: by a tag, or by a field of the account's own (M30-M32). All of them must hold.

Stored as JSON, a list of:

    {"kind": "tag", "entity": "lead", "op": "has", "tag": 12}
    {"kind": "field", "entity": "contact", "op": "equals", "field": 1007, "value": "red"}

A tag is named by its id, so that renaming it changes nothing; a field by its number. Those of contacts choose among the
contacts of the lead; those of the lead and its company decide on the whole action. A tag or field that is gone holds
for nobody: rather no letter than one too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.cards import on_card
from crm.errors import ValueRefused as CrmValueRefused
from crm.field_values import checked_value
from crm.models import Company, Contact, CustomField, Lead, Tag, Tagging
from letter_templates.errors import ValueRefused

ENTITIES = ("lead", "contact", "company")
TAG_OPS = ("has", "has_not")
FIELD_OPS = ("equals", "contains", "filled", "empty")
MOST_CONDITIONS = 20
Type = CustomField.Type
# Of the others a value can only be the whole.
_CONTAINING = (Type.TEXT, Type.MULTILIST)


@dataclass(frozen=True, slots=True)
class Condition:
    """Of a tag, `tag_id`; of a field, `field_number` and, when it is compared, `value` as the field stores it."""

    kind: str  # "tag" or "field"
    entity: str
    op: str
    tag_id: int = 0
    field_number: int = 0
    value: Any = None

    def to_json(self) -> dict[str, Any]:
        common = {"kind": self.kind, "entity": self.entity, "op": self.op}
        if self.kind == "tag":
            return {**common, "tag": self.tag_id}
        compared = {} if self.value is None else {"value": self.value}
        return {**common, "field": self.field_number, **compared}


def read_conditions(stored: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """What `to_json` wrote."""
    return tuple(
        Condition(
            kind=one["kind"],
            entity=one["entity"],
            op=one["op"],
            tag_id=one.get("tag", 0),
            field_number=one.get("field", 0),
            value=one.get("value"),
        )
        for one in stored
    )


def checked_conditions(given: Sequence[Condition]) -> tuple[Condition, ...]:
    """With values as their fields store them. Raises ValueRefused."""
    if len(given) > MOST_CONDITIONS:
        raise _refused(_("Enter at most %(most)d conditions.") % {"most": MOST_CONDITIONS})
    return tuple(map(_checked, given))


def _checked(condition: Condition) -> Condition:
    if condition.entity not in ENTITIES:
        raise _refused(_("A condition is of a lead, a contact or a company."))
    return _checked_tag(condition) if condition.kind == "tag" else _checked_field(condition)


def _checked_tag(condition: Condition) -> Condition:
    if condition.op not in TAG_OPS:
        raise _refused(_("Choose whether the card has the tag or not."))
    if not Tag.objects.filter(pk=condition.tag_id).exists():
        raise _refused(_("Choose the tag of the condition."))
    return Condition("tag", condition.entity, condition.op, tag_id=condition.tag_id)


def _checked_field(condition: Condition) -> Condition:
    field = CustomField.objects.filter(entity=condition.entity, number=condition.field_number).first()
    if field is None or condition.kind != "field":
        raise _refused(_("Choose the field of the condition."))
    if condition.op not in FIELD_OPS:
        raise _refused(_("Choose how the field is compared."))
    value = _checked_value(field, condition) if condition.op in ("equals", "contains") else None
    return Condition("field", condition.entity, condition.op, field_number=field.number, value=value)


def _checked_value(field: CustomField, condition: Condition) -> Any:  # noqa: ANN401  (each type has its own)
    if condition.op == "contains" and field.type not in _CONTAINING:
        raise _refused(_("“%(name)s” holds one value: compare the whole.") % {"name": field.name})
    if field.type in (Type.SWITCH, Type.FLAG):
        raise _refused(_("“%(name)s” is on or off: ask whether it is filled in.") % {"name": field.name})
    try:
        value = checked_value(field, condition.value)
    except CrmValueRefused as error:
        raise _refused(error.message) from error
    if value is None:
        raise _refused(_("Enter what “%(name)s” is compared with.") % {"name": field.name})
    return value


def _refused(message: str) -> ValueRefused:
    return ValueRefused("conditions", message)


class Judge:
    """Whether conditions hold, of many cards with few queries. It knows the fields of this moment."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._conditions = conditions
        numbers = {one.field_number for one in conditions if one.kind == "field"}
        self._fields = {field.number: field for field in CustomField.objects.filter(number__in=numbers)}

    def holds_for_lead(self, lead: Lead) -> bool:
        """Those of the lead and its company."""
        return self._hold("lead", lead) and self._hold("company", lead.company)

    def holds_for_contact(self, contact: Contact) -> bool:
        return self._hold("contact", contact)

    def _hold(self, entity: str, card: Lead | Contact | Company | None) -> bool:
        mine = [one for one in self._conditions if one.entity == entity]
        if not mine:
            return True
        tags = _tags_of(card) if any(one.kind == "tag" for one in mine) else frozenset()
        values = card.custom_values if card else {}
        return all(self._holds(one, tags, values) for one in mine)

    def _holds(self, condition: Condition, tags: frozenset[int], values: Mapping[str, Any]) -> bool:
        if condition.kind == "tag":
            return (condition.tag_id in tags) == (condition.op == "has")
        field = self._fields.get(condition.field_number)
        return field is not None and _compares(condition, values.get(str(field.number)))


def _tags_of(card: Lead | Contact | Company | None) -> frozenset[int]:
    return frozenset(Tagging.objects.filter(**on_card(card)).values_list("tag_id", flat=True)) if card else frozenset()


def _compares(condition: Condition, stored: Any) -> bool:  # noqa: ANN401  (each type has its own)
    is_filled = stored is not None and stored not in ("", [])
    if condition.op in ("filled", "empty"):
        return is_filled == (condition.op == "filled")
    if not is_filled:
        return False
    if isinstance(stored, list):
        return set(condition.value) == set(stored) if condition.op == "equals" else set(condition.value) <= set(stored)
    if isinstance(stored, str):
        typed, there = str(condition.value).casefold(), stored.casefold()
        return typed == there if condition.op == "equals" else typed in there
    return bool(stored == condition.value)
