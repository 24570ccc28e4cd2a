"""Fields as a trigger changes them (M68): those that every card of a kind has, and those that the account added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.errors import ValueRefused
from crm.field_values import ENTITY_OF, merge_values
from crm.models import Card, CustomField

RESET = "{reset}"
DATE = "{date}"
MAX_NAME = 100
SWITCHES = (CustomField.Type.SWITCH, CustomField.Type.FLAG)


@dataclass(frozen=True, slots=True)
class CardField:
    """`name` is the number of one of the account's own, then `own` is that one."""

    name: str
    label: str | Promise
    own: CustomField | None = None


_NAME = pgettext_lazy("company or lead", "Name")
# Names and values of a plain kind that each card has. Who is responsible, and the stage, have ways of their own.
BUILT_IN: Mapping[str, Sequence[CardField]] = {
    "lead": (CardField("name", _NAME), CardField("price", gettext_lazy("Price"))),
    "contact": (
        CardField("first_name", gettext_lazy("First name")),
        CardField("last_name", gettext_lazy("Last name")),
    ),
    "company": (CardField("name", _NAME),),
    "customer": (CardField("name", _NAME), CardField("next_purchase_at", gettext_lazy("Next purchase"))),
}
_REQUIRED = ("name",)


def list_fields(entity: str) -> list[CardField]:
    """All that a trigger can change on a card of this kind, in the order of the card."""
    own = CustomField.objects.filter(entity=entity).order_by("position", "id")
    return [*BUILT_IN[entity], *(CardField(str(field.number), field.name, field) for field in own)]


def find_field(entity: str, name: str) -> CardField | None:
    """Of the account's own by number, by code, or by a name that only one has; of the others by name."""
    built_in = next((field for field in BUILT_IN.get(entity, ()) if field.name == name), None)
    if built_in:
        return built_in
    own = CustomField.objects.filter(entity=entity)
    by_number = own.filter(number=int(name)) if name.isascii() and name.isdigit() and len(name) < 10 else own.none()
    found = by_number.first() or own.filter(code=name).first() or _only(own.filter(name=name))
    return CardField(str(found.number), found.name, found) if found else None


def _only(fields: QuerySet[CustomField]) -> CustomField | None:
    found = list(fields[:2])
    return found[0] if len(found) == 1 else None


def write_field(card: Card, field: CardField, value: str, *, today: date) -> Any:  # noqa: ANN401  (as the field has it)
    """Change it in the row, which the caller saves; what stands there then. Raises ValueRefused."""
    if field.own is None:
        return _write_built_in(card, field, value, today)
    own, key = field.own, str(field.own.number)
    meant: Any = _meant(value, today)
    if own.type == CustomField.Type.MULTILIST and value != RESET:  # adds to what is chosen already
        meant = [*card.custom_values.get(key, []), value]
    merge_values(card, {key: None if value == RESET else meant})
    return card.custom_values.get(key)


def columns_of(card: Card, field: CardField) -> list[str]:
    """What has to be saved."""
    if field.own is not None:
        return ["custom_values"]
    return ["first_name", "last_name", "name"] if ENTITY_OF[type(card)] == "contact" else [field.name]


def _meant(value: str, today: date) -> str:
    return value.replace(DATE, today.isoformat())


def _write_built_in(card: Card, field: CardField, value: str, today: date) -> Any:  # noqa: ANN401
    made: Any = None if value == RESET else _meant(value, today)
    if field.name == "price":
        made = _price(made)
    elif field.name == "next_purchase_at":
        made = _date(made)
    else:
        made = _plain(field, made)
    setattr(card, field.name, made)
    if field.name in ("first_name", "last_name"):
        _name_contact(card)
    return str(made) if made is not None else None


def _plain(field: CardField, value: str | None) -> str:
    if not value and field.name in _REQUIRED:
        raise ValueRefused(field.name, _("A name cannot be cleared."))
    if value is not None and len(value) > MAX_NAME:
        raise ValueRefused(field.name, _("Enter at most %(most)d characters.") % {"most": MAX_NAME})
    return value or ""


def _price(value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        price = Decimal(value.replace("\xa0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise ValueRefused("price", _("The value is not a number.")) from None
    if not price.is_finite() or abs(price) >= Decimal("1e12"):
        raise ValueRefused("price", _("The value is not a number."))
    return price.quantize(Decimal("0.01"))


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value is not None else None
    except ValueError:
        raise ValueRefused("next_purchase_at", _("The value is not a date. Write it as YYYY-MM-DD.")) from None


def _name_contact(card: Any) -> None:  # noqa: ANN401  (a contact)
    """What lists show follows from both names; without any, the name that stands there stays."""
    card.name = " ".join(filter(None, (card.first_name, card.last_name))) or card.name
