"""Lists of cards: what they may be narrowed to and sorted by. One way for pages, exports, bulk changes and the API.

A list is narrowed by its address: `?q=ana&tag=vip&responsible=3&field_12=red`. What is no value of a filter is left
out, as somebody's old bookmark may have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import IExact
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from crm.contact_search import find_contact_ids
from crm.custom_fields import fields_of
from crm.errors import ValueRefused
from crm.field_values import checked_value
from crm.keyset import in_utc
from crm.models import Company, Contact, Customer, CustomField, Lead, Tag, Tagging
from crm.name_search import find_ids_by_name

OWN = "field_"  # what the fields of an account's own are called by: field_NUMBER
NOBODY = 0  # as somebody responsible: cards without one
MAX_TAGS = 10
MAX_CHARS = 200

MODELS: dict[str, type[Any]] = {
    "contact": Contact,
    "company": Company,
    "lead": Lead,
    "customer": Customer,
}
# The first one is how the list stands by itself; all end with a unique field.
ORDERINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "contact": {"name": ("name", "id"), "-created_at": ("-created_at", "-id")},
    "company": {"name": ("name", "id"), "-created_at": ("-created_at", "-id")},
    "lead": {"-created_at": ("-created_at", "-id"), "name": ("name", "id"), "-price": ("-price", "-id")},
    "customer": {
        "name": ("name", "id"),
        "-created_at": ("-created_at", "-id"),
        "next_purchase_at": ("next_purchase_at", "id"),
    },
}


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a list is narrowed to; nothing narrows nothing. Ids are rows', `tags` are names: a card has them all."""

    q: str = ""
    tags: Sequence[str] = ()
    responsible: int | None = None  # or NOBODY
    company: int | None = None
    store: int | None = None
    contact: int | None = None
    stage: int | None = None
    pipeline: int | None = None
    email: str | None = None
    created_after: datetime | None = None  # from then on
    created_before: datetime | None = None  # not then
    next_purchase_after: date | None = None
    next_purchase_before: date | None = None
    own: Mapping[str, str] = field(default_factory=dict)  # typed values by number of CustomField

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) not in (None, "", (), {}) for one in fields(self))


def parse_filter(kind: str, query: QueryDict) -> ListFilter:
    """`kind` is one of crm.models.CARDS."""
    typed = {name: _READ[name](_text(query.get(name, ""))) for name in FILTERS[kind]}
    tags = tuple(dict.fromkeys(filter(None, map(_text, query.getlist("tag")))))[:MAX_TAGS]
    own = {name.removeprefix(OWN): _text(query.get(name, "")) for name in query if name.startswith(OWN)}
    given = {number: value for number, value in own.items() if value}
    return ListFilter(q=_text(query.get("q", "")), tags=tags, own=given, **typed)


def exact_filter(kind: str, query: QueryDict) -> ListFilter:
    """The same, for what programs change or write to: a filter that is left out would make it more cards than meant.
    Raises ValueRefused, whose field is the name of the filter.
    """
    numbers = {str(one.number) for one in fields_of(kind)}
    known = {"q", "tag", "ordering", *FILTERS[kind], *(f"{OWN}{number}" for number in numbers)}
    for name in query:
        if name not in known:
            raise ValueRefused(name, _("There is no such filter for these cards."))
        _check_values(name, [typed for typed in query.getlist(name) if typed])
    return parse_filter(kind, query)


def orderings(kind: str) -> list[str]:
    """Their names; the first one is how the list stands by itself."""
    return list(ORDERINGS[kind])


def ordering_of(kind: str, name: str) -> tuple[str, ...]:
    """The fields of this ordering, or of the list's own one."""
    return ORDERINGS[kind].get(name) or next(iter(ORDERINGS[kind].values()))


def list_cards(kind: str, wanted: ListFilter) -> QuerySet[Any]:
    """The cards of a kind, narrowed; in no order yet."""
    return narrowed(MODELS[kind].objects.all(), kind, wanted)


def narrowed(rows: QuerySet[Any], kind: str, wanted: ListFilter) -> QuerySet[Any]:
    for name in FILTERS[kind]:
        value = getattr(wanted, name)
        if value is not None:
            rows = rows.filter(_CONDITIONS[name](value))
    if wanted.q:
        rows = rows.filter(_named(kind, wanted.q))
    for ids in _tag_ids(wanted.tags):
        tagged = Tagging.objects.filter(tag__in=ids, **{f"{kind}__isnull": False})
        rows = rows.filter(pk__in=tagged.values(f"{kind}_id"))
    return rows.filter(*_own_conditions(kind, wanted.own)) if wanted.own else rows


def _named(kind: str, typed: str) -> Q:
    """Leads and customers by the names and addresses of their contacts, too."""
    if kind == "contact":
        return Q(pk__in=find_contact_ids(typed))
    named = Q(pk__in=find_ids_by_name(kind, typed))
    if kind == "company":
        return named
    own = MODELS[kind].objects.filter(contacts__in=find_contact_ids(typed))
    return named | Q(pk__in=own.values("pk"))


def _tag_ids(names: Sequence[str]) -> list[list[int]]:
    """Of each tag; a name that nothing is called finds no card."""
    return [list(Tag.objects.filter(name__iexact=name).values_list("pk", flat=True)) for name in names]


def _own_conditions(kind: str, own: Mapping[str, str]) -> list[Q]:
    known = {str(one.number): one for one in fields_of(kind)}
    return [_own_condition(known[number], typed) for number, typed in own.items() if number in known]


def _own_condition(own: CustomField, typed: str) -> Q:
    key = str(own.number)
    try:
        value = checked_value(own, typed)
    except ValueRefused:  # an option that was taken away
        return Q(pk__in=[])
    if value is None:  # a switch that is off is not stored
        return ~Q(custom_values__has_key=key)
    if own.type == CustomField.Type.TEXT:  # nobody remembers what was written large
        stored = Func(F("custom_values"), Value(key), function="jsonb_extract_path_text", output_field=TextField())
        return Q(IExact(stored, value))
    return Q(custom_values__contains={key: value})


def _text(value: object) -> str:
    return str(value).replace("\0", "").strip()[:MAX_CHARS]


def _row_id(typed: str) -> int | None:
    """Ids are opaque to clients: what is no number names nothing, and finds nothing."""
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else -1


def _responsible(typed: str) -> int | None:
    return NOBODY if typed == "nobody" else _row_id(typed)


def _moment(typed: str) -> datetime | None:
    """A day is its beginning in the reader's time zone."""
    try:
        day = parse_date(typed)
        found = datetime.combine(day, time()) if day else parse_datetime(typed)
        aware = timezone.make_aware(found) if found and timezone.is_naive(found) else found
        return in_utc(aware) if aware else None
    except ValueError:
        return None


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def _check_values(name: str, values: Sequence[str]) -> None:
    """Raises ValueRefused."""
    if len(values) > (MAX_TAGS if name == "tag" else 1):
        raise ValueRefused(name, _("Give one value, or up to %(most)d tags.") % {"most": MAX_TAGS})
    if any(len(typed) > MAX_CHARS for typed in values):
        raise ValueRefused(name, _("Enter at most %(most)d characters.") % {"most": MAX_CHARS})
    if name in _READ and any(_READ[name](_text(typed)) in (None, -1) for typed in values):
        raise ValueRefused(name, _("This is no value of the filter."))


def _email_of(typed: str) -> str | None:
    return typed or None


_READ: dict[str, Callable[[str], Any]] = {
    "responsible": _responsible,
    "company": _row_id,
    "store": _row_id,
    "contact": _row_id,
    "stage": _row_id,
    "pipeline": _row_id,
    "email": _email_of,
    "created_after": _moment,
    "created_before": _moment,
    "next_purchase_after": _day,
    "next_purchase_before": _day,
}
_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "responsible": lambda member: Q(responsible=member) if member != NOBODY else Q(responsible__isnull=True),
    "company": lambda company: Q(company=company),
    "store": lambda store: Q(store=store),
    "contact": lambda contact: Q(contacts=contact),
    "stage": lambda stage: Q(stage=stage),
    "pipeline": lambda pipeline: Q(stage__pipeline=pipeline),
    "email": lambda email: Q(pk__in=Contact.objects.with_address(email).values("pk")),
    "created_after": lambda moment: Q(created_at__gte=moment),
    "created_before": lambda moment: Q(created_at__lt=moment),
    "next_purchase_after": lambda day: Q(next_purchase_at__gte=day),
    "next_purchase_before": lambda day: Q(next_purchase_at__lt=day),
}
FILTERS: dict[str, tuple[str, ...]] = {
    "contact": ("responsible", "company", "store", "email", "created_after", "created_before"),
    "company": ("responsible", "created_after", "created_before"),
    "lead": ("responsible", "company", "contact", "stage", "pipeline", "created_after", "created_before"),
    "customer": (
        "responsible",
        "company",
        "contact",
        "created_after",
        "created_before",
        "next_purchase_after",
        "next_purchase_before",
    ),
}
