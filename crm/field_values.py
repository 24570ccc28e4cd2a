"""What is filled in on the fields of an account's own: checked, stored as JSON by number, written out as text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.custom_fields import MODELS, Card, fields_of
from crm.errors import ValueRefused
from crm.models import CustomField

MAX_TEXT = 10_000
ENTITY_OF = {model: entity for entity, model in MODELS.items()}


def merge_values(card: Card, changes: Mapping[str, Any] | None) -> None:
    """Fill in these fields of the card, by number; the others stay. Nothing ("" or None) clears one. What is there
    already may stay, also a choice that was taken away since. Raises ValueRefused.
    """
    if changes:
        card.custom_values = merged_values(ENTITY_OF[type(card)], card.custom_values, changes)


def merged_values(entity: str, stored: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same for whatever has fields of the account's own: all its values afterwards. Raises ValueRefused."""
    known = {str(field.number): field for field in fields_of(entity)}
    merged = dict(stored)
    for number, value in changes.items():
        field = known.get(str(number))
        if field is None:
            raise ValueRefused(_name(number), _("There is no field with this number on this card."))
        if _is_same(value, merged.get(str(field.number))):
            continue
        checked = _checked_beside(field, value, merged.get(str(field.number)))
        merged.pop(str(field.number), None)
        if checked is not None:
            merged[str(field.number)] = checked
    return merged


def _is_same(value: object, stored: object) -> bool:
    """Several choices have no order of their own."""
    if isinstance(value, list) and isinstance(stored, list):
        return sorted(map(str, value)) == sorted(map(str, stored))
    return value == stored


def _checked_beside(field: CustomField, value: object, stored: object) -> Any:  # noqa: ANN401  (each type has its own)
    """Of several choices, those that were taken away since may stay beside new ones."""
    if field.type != CustomField.Type.MULTILIST or not isinstance(value, list) or not isinstance(stored, list):
        return checked_value(field, value)
    gone = [one for one in stored if one in value and one not in field.options]
    chosen = checked_value(field, [one for one in value if one not in gone]) or []
    return [*chosen, *gone] or None


def checked_value(field: CustomField, value: object) -> Any:  # noqa: ANN401  (each type has its own)
    """As it is stored; None for nothing. Raises ValueRefused."""
    if value is None or value == "" or value == []:
        return None
    try:
        return _CHECKS[field.type](field, value)
    except ValueError as error:
        raise ValueRefused(_name(field.number), f"{field.name}: {error}") from error


def text_of(field: CustomField, value: object) -> str:
    """As people read it, in their language; "" for nothing."""
    if value is None or value == "":
        return ""
    return _TEXTS.get(field.type, _plain)(value)


def texts_of(values: Mapping[str, Any], fields: Iterable[CustomField]) -> dict[str, str]:
    """The texts of all these fields by their codes; `values` as they are stored, by number."""
    return {field.code: text_of(field, values.get(str(field.number))) for field in fields}


def _name(number: int | str) -> str:
    return f"custom_fields.{number}"


def _text(_field: CustomField, value: object) -> str:
    if not isinstance(value, str | int | float):
        raise ValueError(_("enter a text."))
    text = str(value).replace("\0", "").strip()
    if len(text) > MAX_TEXT:
        raise ValueError(_("the text is too long."))
    return text


def _numeric(_field: CustomField, value: object) -> int | float:
    """JSON numbers: whole ones stay whole."""
    wrong = ValueError(_("enter a number."))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong
    try:
        number = float(str(value).strip().replace("\xa0", "").replace(" ", "").replace(",", "."))
    except ValueError:
        raise wrong from None
    if not math.isfinite(number) or abs(number) >= 1e15:
        raise wrong
    return int(number) if number.is_integer() else number


def _option(field: CustomField, value: object) -> str:
    found = next((option for option in field.options if option.casefold() == str(value).strip().casefold()), None)
    if found is None:
        raise ValueError(_("“%(value)s” is not one of the choices.") % {"value": str(value)[:100]})
    return found


def _options(field: CustomField, value: object) -> list[str]:
    given = value if isinstance(value, list | tuple) else [value]
    chosen = {_option(field, one) for one in given}
    return [option for option in field.options if option in chosen]


def _switch(_field: CustomField, value: object) -> bool | None:
    """Off is nothing: who never touched it has it off."""
    words = {"1": True, "true": True, "on": True, "0": None, "false": None, "off": None}
    given = str(int(value) if isinstance(value, bool) else value).strip().lower()
    if given not in words:
        raise ValueError(_("enter 1 for yes or 0 for no."))
    return words[given]


def _date(_field: CustomField, value: object) -> str:
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise ValueError(_("enter a date as YYYY-MM-DD.")) from None


_CHECKS: dict[str, Callable[[CustomField, object], Any]] = {
    CustomField.Type.TEXT: _text,
    CustomField.Type.NUMERIC: _numeric,
    CustomField.Type.LIST: _option,
    CustomField.Type.MULTILIST: _options,
    CustomField.Type.SWITCH: _switch,
    CustomField.Type.FLAG: _switch,
    CustomField.Type.DATE: _date,
}


def _plain(value: object) -> str:
    return str(value)


def _number_words(value: object) -> str:
    return (
        str(number_format(value, use_l10n=True, force_grouping=True)) if isinstance(value, int | float) else str(value)
    )


def _list_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _switch_words(_value: object) -> str:
    return pgettext("value of a switch", "Yes")


def _date_words(value: object) -> str:
    return str(date_format(date.fromisoformat(str(value)), "DATE_FORMAT"))


_TEXTS: dict[str, Callable[[object], str]] = {
    CustomField.Type.NUMERIC: _number_words,
    CustomField.Type.MULTILIST: _list_words,
    CustomField.Type.SWITCH: _switch_words,
    CustomField.Type.FLAG: _switch_words,
    CustomField.Type.DATE: _date_words,
}
