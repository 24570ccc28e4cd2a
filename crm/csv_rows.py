"""One line of a file as the values of one card: checked, with what is wrong said for each column.

Nothing is looked up in the database here: names of companies and addresses of contacts stay as they are until the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Membership
from crm.contacts import checked_emails
from crm.csv_cells import split_addresses, split_tags, split_values, unguarded
from crm.csv_columns import OWN
from crm.csv_reading import Line
from crm.csv_values import date_of, price_of
from crm.custom_fields import fields_of
from crm.errors import ValueRefused
from crm.field_values import checked_value
from crm.models import CustomField, Stage, Store

MAX_IN_CELL = 50  # addresses, phones, tags
YES = {"yes", "y", "да", "sí", "si", "x", "+", "✓", "истина", "verdadero"}  # the last ones as Excel writes them
NO = {"no", "n", "нет", "ложь", "falso"}
OwnValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line. `column` is its name in the file, "" for the line as a whole."""

    column: str
    text: str


@dataclass(slots=True)
class Row:
    """The values of one line. What is empty says nothing about the card: it stays as it is."""

    line: int
    card_id: int | None = None
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    contacts: Sequence[str] = ()  # addresses
    tags: Sequence[str] = ()
    company: str = ""
    responsible_id: int | None = None
    store_id: int | None = None
    price: Decimal | None = None
    pipeline: str = ""
    stage: str = ""
    stage_id: int | None = None
    next_purchase_at: date | None = None
    own: dict[str, OwnValue] = field(default_factory=dict)  # None: is cleared


@dataclass(frozen=True, slots=True)
class Lookups:
    """What cells may name. Keys are lower case."""

    members: Mapping[str, int]  # by address and, where only one has it, by name
    stores: Mapping[str, int]
    stages: Mapping[tuple[str, str], int]  # by pipeline and name; in any pipeline by "" and name: the first one
    fields: Mapping[str, CustomField]  # by number


def load_lookups(entity: str) -> Lookups:
    return Lookups(_members(), _stores(), _stages(), {str(each.number): each for each in fields_of(entity)})


def _members() -> dict[str, int]:
    active = list(Membership.objects.filter(is_active=True).select_related("user"))
    names = [member.name.lower() for member in active]
    by_name = {member.name.lower(): member.pk for member in active if names.count(member.name.lower()) == 1}
    return {**by_name, **{member.user.email.lower(): member.pk for member in active}}


def _stores() -> dict[str, int]:
    return {name.lower(): pk for pk, name in Store.objects.values_list("pk", "name")}


def _stages() -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for stage in Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position"):
        for pipeline in (stage.pipeline.name.lower(), ""):
            found.setdefault((pipeline, stage.name.lower()), stage.pk)
            found.setdefault((pipeline, ""), stage.pk)
    return found


class RowReader:
    """Reads the lines of one file."""

    def __init__(self, columns: Sequence[str], mapping: Mapping[int, str], lookups: Lookups) -> None:
        """Raises ValueRefused for a field that was deleted since its column was matched."""
        for number, key in mapping.items():
            if key.startswith(OWN) and key.removeprefix(OWN) not in lookups.fields:
                words = _("The field of the column “%(column)s” was deleted. Match the columns again.")
                raise ValueRefused("mapping", words % {"column": columns[number]})
        self._columns, self._mapping, self._lookups = columns, sorted(mapping.items()), lookups

    def read(self, line: Line) -> Row | list[Problem]:
        row, problems = Row(line.number), []
        if any(cell.strip() for cell in line.cells[len(self._columns) :]):
            problems.append(Problem("", _("The line has more cells than the file has columns.")))
        for number, key in self._mapping:
            cell = unguarded(line.cells[number].strip()) if number < len(line.cells) else ""
            if cell:
                try:
                    self._fill(row, key, cell)
                except ValueRefused as error:
                    problems.append(Problem(self._columns[number], error.message))
        return problems or self._with_stage(row) or row

    def _fill(self, row: Row, key: str, cell: str) -> None:
        if "\0" in cell:
            raise ValueRefused(key, _("There is a character in it that is no text."))
        if key.startswith(OWN):
            own = self._lookups.fields[key.removeprefix(OWN)]
            row.own[str(own.number)] = checked_value(own, _own_value(own, cell))
        else:
            _FILLS[key](row, cell, self._lookups)

    def _with_stage(self, row: Row) -> list[Problem] | None:
        """The stage is named by two columns together."""
        if not (row.stage or row.pipeline):
            return None
        row.stage_id = self._lookups.stages.get((row.pipeline.lower(), row.stage.lower()))
        if row.stage_id is None:
            words = _("There is no stage “%(stage)s” in the pipeline “%(pipeline)s”.")
            return [Problem("", words % {"stage": row.stage, "pipeline": row.pipeline})]
        return None


Fill = Callable[[Row, str, Lookups], None]


def _text(name: str, most: int) -> Fill:
    def fill(row: Row, cell: str, _lookups: Lookups) -> None:
        setattr(row, name, _short(name, " ".join(cell.split()), most))

    return fill


def _short(name: str, text: str, most: int) -> str:
    if len(text) > most:
        raise ValueRefused(name, _("At most %(most)d characters, please.") % {"most": most})
    return text


def _several(name: str, most: int, split: Callable[[str], list[str]] = split_values) -> Fill:
    def fill(row: Row, cell: str, _lookups: Lookups) -> None:
        found = [_short(name, value, most) for value in split(cell)]
        setattr(row, name, _few(name, [*getattr(row, name), *found]))

    return fill


def _addresses(name: str) -> Fill:
    def fill(row: Row, cell: str, _lookups: Lookups) -> None:
        setattr(row, name, _few(name, [*getattr(row, name), *checked_emails(split_addresses(cell))]))

    return fill


def _few(name: str, values: Sequence[str]) -> list[str]:
    if len(values) > MAX_IN_CELL:
        raise ValueRefused(name, _("At most %(most)d, please.") % {"most": MAX_IN_CELL})
    return list(dict.fromkeys(values))


def _card_id(row: Row, cell: str, _lookups: Lookups) -> None:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 19):
        raise ValueRefused("id", _("“%(value)s” is no ID.") % {"value": cell[:100]})
    row.card_id = int(cell)


def _responsible(row: Row, cell: str, lookups: Lookups) -> None:
    row.responsible_id = lookups.members.get(cell.lower())
    if row.responsible_id is None:
        raise ValueRefused("responsible", _("No user has the address “%(value)s”.") % {"value": cell[:100]})


def _store(row: Row, cell: str, lookups: Lookups) -> None:
    row.store_id = lookups.stores.get(cell.lower())
    if row.store_id is None:
        raise ValueRefused("store", _("There is no store “%(value)s”.") % {"value": cell[:100]})


def _price(row: Row, cell: str, _lookups: Lookups) -> None:
    row.price = price_of(cell)
    if row.price is None:
        raise ValueRefused("price", _("“%(value)s” is no price.") % {"value": cell[:100]})


def _next_purchase(row: Row, cell: str, _lookups: Lookups) -> None:
    found = date_of(cell)
    if found is None:
        raise ValueRefused("next_purchase_at", _("enter a date as YYYY-MM-DD.").capitalize())
    row.next_purchase_at = found


_FILLS: dict[str, Fill] = {
    "id": _card_id,
    "name": _text("name", 200),
    "first_name": _text("first_name", 100),
    "last_name": _text("last_name", 100),
    "company": _text("company", 200),
    "pipeline": _text("pipeline", 100),
    "stage": _text("stage", 100),
    "phones": _several("phones", 40),
    "tags": _several("tags", 60, split_tags),
    "emails": _addresses("emails"),
    "contacts": _addresses("contacts"),
    "responsible": _responsible,
    "store": _store,
    "price": _price,
    "next_purchase_at": _next_purchase,
}


def _own_value(own: CustomField, cell: str) -> OwnValue:
    """As crm.field_values takes it."""
    if own.type == CustomField.Type.MULTILIST:
        return [cell] if cell in own.options else split_values(cell)
    if own.type == CustomField.Type.DATE:
        found = date_of(cell)
        return found.isoformat() if found else cell
    if own.type in (CustomField.Type.SWITCH, CustomField.Type.FLAG):
        word = cell.lower()
        return True if word in YES else False if word in NO else cell
    return cell
