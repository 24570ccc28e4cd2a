"""What lists of cards are narrowed to and sorted by: the parameters of `crm.card_lists`, checked and documented."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters

from crm.card_lists import OWN, narrowed, orderings, parse_filter


def _check_moment(typed: str) -> None:
    try:
        found = parse_date(typed) or parse_datetime(typed)
    except ValueError:
        found = None
    if found is None:
        raise ValidationError(_("Enter a date (YYYY-MM-DD) or a time (ISO 8601)."), code="invalid")


def _moment(words: str) -> filters.CharFilter:
    return filters.CharFilter(validators=[_check_moment], help_text=words)


def _ordering(kind: str) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(choices=[(name, name) for name in orderings(kind)], help_text="`-` is downwards.")


class CardListFilters(filters.FilterSet):
    """The same names as in the addresses of the pages. All that is given has to fit."""

    kind: ClassVar[str]

    q = filters.CharFilter(max_length=200, help_text="Beginnings of words of a name or an address.")
    tag = filters.CharFilter(max_length=60, help_text="A name; given several times, cards that have them all.")
    responsible = filters.CharFilter(help_text="The id of a user, or `nobody`.")
    created_after = _moment("A date or a time: from then on.")
    created_before = _moment("A date or a time: before then.")
    field_NUMBER = filters.CharFilter(help_text=f"As `{OWN}12=red`: cards with this value in custom field 12.")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return narrowed(queryset, self.kind, parse_filter(self.kind, self.data))


class ContactFilters(CardListFilters):
    kind = "contact"
    company = filters.CharFilter()
    store = filters.CharFilter()
    email = filters.CharFilter(max_length=320)
    ordering = _ordering(kind)


class CompanyFilters(CardListFilters):
    kind = "company"
    ordering = _ordering(kind)


class LeadFilters(CardListFilters):
    kind = "lead"
    pipeline = filters.CharFilter()
    stage = filters.CharFilter()
    contact = filters.CharFilter()
    company = filters.CharFilter()
    ordering = _ordering(kind)


class CustomerFilters(CardListFilters):
    kind = "customer"
    contact = filters.CharFilter()
    company = filters.CharFilter()
    next_purchase_after = filters.DateFilter(help_text="From this day on.")
    next_purchase_before = filters.DateFilter(help_text="Before this day.")
    ordering = _ordering(kind)
