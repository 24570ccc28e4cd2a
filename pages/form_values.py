"""What an answer says, and what of it is written where. Plans only; form_answers carries it out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.errors import ValueRefused
from crm.field_values import checked_value
from crm.models import CustomField
from mailkit.form_names import FieldName, parse_field_name
from pages.form_words import Line, Reason

MAX_FIELDS = 200
# A field that is named by its words alone is the first of these that a card has.
BY_NAME = ("lead", "contact", "company")
NO_WORDS = frozenset(["0", "false", "off", "no", "нет"])  # of a box; whatever else it sends, it is ticked
_DOTTED_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)

Type = CustomField.Type


@dataclass(frozen=True, slots=True)
class Sent:
    """One field as it was sent, with all its values; none of them is empty."""

    name: str
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        return ", ".join(self.values)


@dataclass(frozen=True, slots=True)
class Fault:
    """A field and what it does not take of what was sent for it."""

    sent: Sent
    field: CustomField
    values: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """`changes` by card and number of the field, as crm.field_values takes them."""

    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_sent(pairs: Iterable[tuple[str, str]]) -> list[Sent]:
    """What is filled in, each field once: boxes send their name for every tick."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, value in pairs:
        plain = value.replace("\0", "").replace("\r\n", "\n").strip()
        known = parse_field_name(name)
        if plain and name:
            found.setdefault(known.key if known else name, (str(known or name), []))[1].append(plain)
    return [Sent(name.replace("\0", "")[:400], tuple(values)) for name, values in found.values()]


def is_filled(sent: Iterable[Sent], keys: Collection[str]) -> bool:
    """Whether anything in it is of this form."""
    return any((name := parse_field_name(one.name)) and name.key in keys for one in sent)


def plan_values(
    sent: Sequence[Sent], keys: Collection[str], fields: Sequence[CustomField], card_types: Collection[str]
) -> Plan:
    """`fields`: all of the account's own. `card_types`: of the cards there are to write to."""
    plan = Plan()
    for one in sent:
        name = parse_field_name(one.name)
        if name is None or name.key not in keys:
            plan.lines.append(Line(one.name, one.name, one.text, Reason.NOT_IN_FORM))
            continue
        found = find_field(name, fields, card_types)
        if found is None:
            plan.lines.append(Line(one.name, name.name or one.name, one.text, Reason.NO_SUCH_FIELD))
        elif found.entity not in card_types:
            plan.lines.append(Line(one.name, found.name, one.text, Reason.NO_CARD))
        else:
            _add(plan, one, found)
    return plan


def find_faults(
    sent: Sequence[Sent], keys: Collection[str], fields: Sequence[CustomField], card_types: Collection[str]
) -> list[Fault]:
    return plan_values(sent, keys, fields, card_types).faults


def find_field(name: FieldName, fields: Iterable[CustomField], card_types: Collection[str]) -> CustomField | None:
    """What is named by its words alone is the first on a card that there is, else the first of all."""
    if name.entity:
        return next((one for one in fields if (one.entity, one.number) == (name.entity, name.number)), None)
    called_so = {one.entity: one for one in reversed(list(fields)) if one.name.casefold() == name.name.casefold()}
    places = [entity for entity in BY_NAME if entity in called_so]
    first = next((entity for entity in places if entity in card_types), next(iter(places), None))
    return called_so[first] if first else None


def _add(plan: Plan, sent: Sent, found: CustomField) -> None:
    """Of several ticks those that are choices of the field are kept; the others stand in the note."""
    taken: list[Any] = []
    refused: list[str] = []
    for value in _values(found, sent):
        try:
            taken.append(checked_value(found, value))
        except ValueRefused:
            refused.append(value)
    if taken:
        whole = [one for many in taken for one in many] if found.type == Type.MULTILIST else taken[-1]
        # Nothing stands for "off".
        plan.changes.setdefault(found.entity, {})[str(found.number)] = whole
        plan.lines.append(Line(sent.name, found.name, _kept_text(sent, refused)))
    if refused:
        plan.lines.append(Line(sent.name, found.name, ", ".join(refused), Reason.BAD_VALUE))
        plan.faults.append(Fault(sent, found, tuple(refused)))


def _kept_text(sent: Sent, refused: Collection[str]) -> str:
    return ", ".join(value for value in sent.values if value not in refused)


def _values(found: CustomField, sent: Sent) -> Sequence[str]:
    """As crm.field_values reads them. People write dates with dots; boxes send what their author gave them."""
    match found.type:
        case Type.TEXT:
            return [sent.text]
        case Type.SWITCH | Type.FLAG:
            return ["0" if sent.values[-1].casefold() in NO_WORDS else "1"]
        case Type.DATE:
            return [_DOTTED_DATE.sub(_iso, value) for value in sent.values]
        case _:
            return sent.values


def _iso(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def written_numbers(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, list[int]]:
    """As FormAnswer keeps them."""
    return {entity: sorted(map(int, numbers)) for entity, numbers in changes.items()}
