"""What a column of a file can mean for each kind of card, and how it is guessed from the name in its first line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.csv_aliases import ALIASES
from crm.custom_fields import fields_of
from crm.models import CustomField

OWN = "custom_fields."  # a field of the account, followed by its number
SEVERAL = ("emails", "phones", "contacts", "tags")  # several columns of a file may mean these
_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r" \d+$")


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is what the mapping of an import names it by, `label` stands in the first line of an export."""

    key: str
    label: str | Promise


ID = Column("id", "ID")
NAME = Column("name", pgettext_lazy("card", "Name"))
FULL_NAME = Column("name", _("Full name"))
EMAILS, PHONES = Column("emails", _("Emails")), Column("phones", _("Phones"))
CONTACTS = Column("contacts", _("Addresses of contacts"))
COMPANY, RESPONSIBLE = Column("company", _("Company")), Column("responsible", _("Responsible"))
TAGS = Column("tags", _("Tags"))
OF_ENTITY: dict[str, tuple[Column, ...]] = {
    "contact": (
        ID,
        FULL_NAME,
        Column("first_name", _("First name")),
        Column("last_name", _("Last name")),
        EMAILS,
        PHONES,
        COMPANY,
        RESPONSIBLE,
        Column("store", _("Store")),
        TAGS,
    ),
    "company": (ID, NAME, EMAILS, PHONES, RESPONSIBLE, TAGS),
    "lead": (
        ID,
        NAME,
        Column("price", _("Price")),
        Column("pipeline", _("Pipeline")),
        Column("stage", _("Stage")),
        CONTACTS,
        COMPANY,
        RESPONSIBLE,
        TAGS,
    ),
    "customer": (ID, NAME, CONTACTS, COMPANY, RESPONSIBLE, Column("next_purchase_at", _("Next purchase")), TAGS),
}


def columns_of(entity: str) -> list[Column]:
    """All that can be imported: those of each account, then its own fields."""
    built_in = OF_ENTITY[entity]
    return [*built_in, *_own_columns(fields_of(entity), built_in)]


def exported_columns(entity: str) -> list[Column]:
    """What an export has: the full name of a contact is in its two parts."""
    return [column for column in columns_of(entity) if column is not FULL_NAME]


def _own_columns(fields: Iterable[CustomField], others: Sequence[Column]) -> list[Column]:
    """A name that is taken gets its code behind it, so that the file can be imported again."""
    taken, found = {_simple(str(column.label)) for column in others}, []
    for field in fields:
        label = field.name if _simple(field.name) not in taken else f"{field.name} ({field.code})"
        taken.add(_simple(label))
        found.append(Column(f"{OWN}{field.number}", label))
    return found


def guess_mapping(entity: str, header: Sequence[str]) -> dict[int, str]:
    """The keys of the columns that are known by their names, by number of column."""
    known = _known_names(entity)
    mapping: dict[int, str] = {}
    for number, name in enumerate(header):
        simple = _simple(name)
        keys = [*known.get(simple, ()), *(key for key in known.get(_NUMBERED.sub("", simple), ()) if key in SEVERAL)]
        key = next((key for key in keys if key in SEVERAL or key not in mapping.values()), None)
        if key:
            mapping[number] = key
    return mapping


def _known_names(entity: str) -> dict[str, list[str]]:
    """Keys by simplified name. Labels come first, in all languages: whoever exported may have read another one."""
    known: dict[str, list[str]] = {}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            for column in columns_of(entity):
                known.setdefault(_simple(str(column.label)), []).append(column.key)
    keys = [column.key for column in OF_ENTITY[entity]]
    for key in sorted(keys, key=lambda key: key == "name"):  # "Empresa" is the name only where nothing else fits
        for alias in ALIASES[key]:
            known.setdefault(alias, []).append(key)
    for field in fields_of(entity):
        known.setdefault(_simple(field.code), []).append(f"{OWN}{field.number}")
    return known


def _simple(name: str) -> str:
    """ "E-Mail:" is "e mail"."""
    return _NOT_WORDS.sub(" ", name.casefold()).strip()
