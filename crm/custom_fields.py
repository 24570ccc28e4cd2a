"""Fields that an account adds to its cards and its mailboxes: administrators keep the list, everybody fills them in.

A field has a number, which forms and letters name (`lead[657261]`), and a code, which templates name (`{{lead.CODE}}`).
The number is never given again: old letters must not write into a new field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from accounts.numbers import MOST_CHOSEN, hold_numbers, take_number
from crm.errors import ValueRefused
from crm.models import Company, Contact, Customer, CustomField, Lead
from crm.signals import custom_field_deleted

MAX_FIELDS = 500  # of an account: they stand in one list
MAX_OPTIONS = 500
MAX_NAME = 100
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}", re.ASCII)

Entity = CustomField.Entity
Type = CustomField.Type
LISTS = (Type.LIST, Type.MULTILIST)
Card = Contact | Lead | Company | Customer
MODELS: dict[str, type[Card]] = {
    Entity.CONTACT: Contact,
    Entity.LEAD: Lead,
    Entity.COMPANY: Company,
    Entity.CUSTOMER: Customer,
}


@dataclass(frozen=True, slots=True)
class FieldValues:
    """A field as typed, whole. Without a number or a code it gets one; both stay as they are later."""

    entity: str
    name: str
    type: str
    number: int | None = None
    code: str = ""
    options: Sequence[str] = ()
    position: int | None = None  # None: last


def fields_of(entity: str) -> list[CustomField]:
    """In their order on the card."""
    return list(CustomField.objects.filter(entity=entity).order_by("position", "id"))


@transaction.atomic
def create_field(admin: Membership, values: FieldValues) -> CustomField:
    """Raises NotAllowed, ValueRefused."""
    _check_admin(admin)
    if CustomField.objects.count() >= MAX_FIELDS:
        raise ValueRefused("name", _("An account has at most %(most)d fields of its own.") % {"most": MAX_FIELDS})
    siblings = CustomField.objects.filter(entity=values.entity)
    field = CustomField(entity=values.entity, type=values.type)
    field.number = take_number(_checked_number(values.number))
    field.code = _checked_code(values.code or _code_from(values.name, field.number))
    _fill(field, values)
    field.position = siblings.count() if values.position is None else values.position
    _save(field)
    record(admin, "custom_field.created", target=field, number=field.number)
    return field


@transaction.atomic
def change_field(admin: Membership, field: CustomField, values: FieldValues) -> CustomField:
    """Name, options and position. Raises NotAllowed, ValueRefused."""
    _check_admin(admin)
    fixed = {"entity": values.entity, "type": values.type, "number": values.number, "code": values.code}
    for name, value in fixed.items():
        if value not in (None, "", getattr(field, name)):
            raise ValueRefused(name, _("This cannot be changed later. Make another field."))
    _fill(field, values)
    if values.position is not None:
        field.position = values.position
    _save(field)
    record(admin, "custom_field.changed", target=field, number=field.number)
    return field


@transaction.atomic
def delete_field(admin: Membership, field: CustomField) -> None:
    """With what was filled in. Raises NotAllowed."""
    _check_admin(admin)
    record(admin, "custom_field.deleted", target=field, number=field.number)
    if field.entity in MODELS:
        forget_values(MODELS[field.entity].objects.all(), field)
    custom_field_deleted.send(CustomField, field=field)
    field.delete()


def forget_values(rows: QuerySet[Any], field: CustomField) -> None:
    """What is filled in on it, in all of these rows."""
    found = rows.filter(custom_values__has_key=str(field.number)).order_by("pk")
    locked = list(found.select_for_update(no_key=True))
    for row in locked:
        del row.custom_values[str(field.number)]
    rows.bulk_update(locked, ["custom_values"], batch_size=500)


def _check_admin(admin: Membership) -> None:
    if not admin.is_admin:
        raise NotAllowed(_("Only administrators change fields."))


def _fill(field: CustomField, values: FieldValues) -> None:
    field.name = _checked_name(values.name)
    field.options = _checked_options(values.options) if field.type in LISTS else []


def _checked_name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > MAX_NAME:
        raise ValueRefused("name", _("Enter a name of at most %(most)d characters.") % {"most": MAX_NAME})
    return name


def _checked_number(number: int | None) -> int | None:
    """One of the administrator's choice lets existing letters and forms go on working."""
    if number is None:
        return None
    if not 0 < number <= MOST_CHOSEN:
        raise ValueRefused("number", _("Enter a whole number from 1 to %(most)d.") % {"most": MOST_CHOSEN})
    hold_numbers()
    if CustomField.objects.filter(number=number).exists():
        raise ValueRefused("number", _("There is a field with this number already."))
    return number


def _checked_code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueRefused("code", _("A code begins with a Latin letter and holds letters, digits and underscores."))
    return code


def _code_from(name: str, number: int) -> str:
    """ "Delivery date" is delivery_date; a name without Latin letters gives field_12."""
    made = slugify(name).replace("-", "_")[:40]
    free = _CODE.fullmatch(made) and not CustomField.objects.filter(code__iexact=made).exists()
    return made if free else f"field_{number}"


def _checked_options(options: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(filter(None, (" ".join(option.split()) for option in options))))
    if not found:
        raise ValueRefused("options", _("Enter what can be chosen, at least one."))
    if len(found) > MAX_OPTIONS or any(len(option) > 200 for option in found):
        raise ValueRefused("options", _("At most %(most)d choices of 200 characters each.") % {"most": MAX_OPTIONS})
    return found


def _save(field: CustomField) -> None:
    """The database compares codes whatever their case: two people may have the same idea at once."""
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError as error:
        raise ValueRefused("code", _("There is a field with this code already.")) from error
