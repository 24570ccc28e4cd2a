"""Ids as clients see them: opaque strings. What is no number of a row names nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.relations import PKOnlyObject

NO_ROW = 0
DIGITS_OF_BIGINT = 18


def row_id(value: object) -> int:
    """The number of the row, or NO_ROW: a client may send anything as an id."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_BIGINT else NO_ROW


@extend_schema_field({"type": "string"})
class IdField(serializers.Field):
    """An id that is only shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: int) -> str:
        return str(value)


@extend_schema_field({"type": "string"})
class RowIdField(serializers.Field):
    """The id of another row, which the request may change. The service looks it up, and says when there is none. What
    cannot be an id is refused here: to some services NO_ROW means "none of them".
    """

    default_error_messages = {"invalid": _("An id is a string."), "does_not_exist": _("There is nothing with this id.")}

    def to_representation(self, value: int) -> str:
        return str(value)

    def to_internal_value(self, data: object) -> int:
        if not isinstance(data, str | int) or isinstance(data, bool):
            self.fail("invalid")
        number = row_id(data)
        if number == NO_ROW:
            self.fail("does_not_exist")
        return number


@extend_schema_field({"type": "string"})
class RelatedId(serializers.PrimaryKeyRelatedField):
    """Another row by its id; one answer for "missing" and "not yours". Override the queryset to narrow it."""

    default_error_messages = {"does_not_exist": _("There is nothing with this id.")}

    def to_internal_value(self, data: object) -> Model:
        rows = self.get_queryset()
        row = rows.filter(pk=row_id(data)).first() if rows is not None else None
        if row is None:
            self.fail("does_not_exist")
        return row

    def to_representation(self, value: Model | PKOnlyObject) -> str:
        return str(value.pk)


@extend_schema_field({"type": "string"})
class IdFilter(filters.CharFilter):
    """`?mailbox=12`: an id that names nothing finds nothing."""

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        return qs.filter(**{self.field_name: row_id(value)}) if value else qs
