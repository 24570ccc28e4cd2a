"""Which fields of cards a trigger may change, what may be written into them, and how tags are typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.field_values import CardField, find_field, list_fields
from crm.models import CustomField

Type = CustomField.Type
ENTITIES = (
    ("lead", gettext_lazy("the lead")),
    ("contact", gettext_lazy("the contact")),
    ("company", gettext_lazy("the company")),
    ("customer", gettext_lazy("the customer")),
)
PLAIN_HELP = gettext_lazy("Replaces what stands there. {date} is the day it runs; {reset} clears the field.")
HELP: dict[str, str | Promise] = {
    Type.TEXT: gettext_lazy(
        "Replaces what stands there. {date} is the day it runs; {web:NUMBER} is the link to a web page; {reset} clears "
        "the field."
    ),
    Type.NUMERIC: gettext_lazy("A number. {reset} clears the field."),
    Type.LIST: gettext_lazy("Exactly one of: %(options)s. {reset} clears the field."),
    Type.MULTILIST: gettext_lazy("Added to what is chosen. Exactly one of: %(options)s. {reset} clears all."),
    Type.SWITCH: gettext_lazy("1 switches it on, 0 switches it off."),
    Type.FLAG: gettext_lazy("1 switches it on, 0 switches it off."),
    Type.DATE: gettext_lazy("As 2026-12-31, or {date} for the day it runs. {reset} clears the field."),
}
MOST_OPTIONS = 20  # that are named


def split_words(typed: str) -> list[str]:
    """ "hot, offer": each once."""
    return list(dict.fromkeys(word for part in typed.split(",") if (word := part.strip())))


def join_words(words: Sequence[str]) -> str:
    return ", ".join(words)


def key_of(entity: str, field: CardField) -> str:
    """ "lead:657261": as the form names it."""
    return f"{entity}:{field.name}"


def known_fields() -> dict[str, list[CardField]]:
    """By kind of card, in the order of ENTITIES."""
    return {entity: list_fields(entity) for entity, _label in ENTITIES}


def field_choices() -> list[tuple[Any, Any]]:
    """In groups by the kind of card."""
    labels = dict(CustomField.Entity.choices)
    groups = [
        (labels[entity], [(key_of(entity, field), field.label) for field in fields])
        for entity, fields in known_fields().items()
    ]
    return [("", gettext_lazy("Choose…")), *groups]


def value_help(key: str) -> str:
    """What may be written into the field that is chosen, in words."""
    entity, _colon, name = key.partition(":")
    field = find_field(entity, name)
    if field is None:
        return _("Choose a field: then it says here what can be written into it.")
    if field.own is None:
        return str(PLAIN_HELP)
    options = field.own.options
    named = join_words(options[:MOST_OPTIONS]) + ("…" if len(options) > MOST_OPTIONS else "")
    words = str(HELP[field.own.type])
    return words % {"options": named} if "%(options)s" in words else words
