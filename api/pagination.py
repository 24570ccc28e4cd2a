"""Pages of a list by keyset: the next page begins after the last row, however much was added meanwhile."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Field, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from crm.keyset import comparable, in_order, keys_of, rows_after, unpacked

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after the row with these values of the ordering, or, backwards, before it."""

    values: tuple[Any, ...]
    is_backwards: bool

    def encode(self) -> str:
        plain = [_plain(value) for value in self.values]
        packed = json.dumps(["p" if self.is_backwards else "n", *plain], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _plain(value: object) -> object:
    """As JSON has it; the column's to_python reads it back."""
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def decode_cursor(text: str, model: type[Model], fields: Sequence[str]) -> Cursor:
    """Raises ValidationError for what we did not write ourselves."""
    try:
        direction, *plain = unpacked(text)
        columns = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in fields]
        values = tuple(comparable(column.to_python(value)) for column, value in zip(columns, plain, strict=True))
    except (ValueError, TypeError, InvalidValue) as error:
        raise ValidationError({"cursor": [_("This is no cursor of this list.")]}) from error
    is_wrong = any(value is None and not column.null for value, column in zip(values, columns, strict=True))
    if is_wrong or direction not in ("p", "n"):
        raise ValidationError({"cursor": [_("This is no cursor of this list.")]})
    return Cursor(values, is_backwards=direction == "p")


def asked_limit(request: Request) -> int:
    """`?limit=`: rows of a page. Raises ValidationError."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and int(text[:9])):
        raise ValidationError({"limit": [_("A whole number from 1 to 200.")]})
    return min(int(text[:9]), MAX_LIMIT)


class CursorPagination(BasePagination):
    """`?cursor=&limit=`; the view's `asked_ordering()` ends with a unique field."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        self.ordering: Sequence[str] = view.asked_ordering()  # type: ignore[union-attr]
        self.url = request.build_absolute_uri()
        self.cursor = self._asked_cursor(request, queryset.model)
        limit = asked_limit(request)
        is_backwards = self.cursor is not None and self.cursor.is_backwards
        keys = keys_of(queryset.model, self.ordering)
        if is_backwards:
            keys = [key.turned() for key in keys]
        if self.cursor:
            queryset = queryset.filter(rows_after(keys, self.cursor.values))
        rows = list(in_order(queryset, keys)[: limit + 1])
        has_more = len(rows) > limit
        self.page = rows[:limit][::-1] if is_backwards else rows[:limit]
        self.has_next = is_backwards or has_more
        self.has_previous = has_more if is_backwards else self.cursor is not None
        return self.page

    def _asked_cursor(self, request: Request, model: type[Model]) -> Cursor | None:
        text = request.query_params.get("cursor", "")
        return decode_cursor(text, model, [name.lstrip("-") for name in self.ordering]) if text else None

    def _link(self, row: Model, *, is_backwards: bool) -> str:
        values = tuple(getattr(row, name.lstrip("-")) for name in self.ordering)
        url = remove_query_param(self.url, "cursor")
        return str(replace_query_param(url, "cursor", Cursor(values, is_backwards).encode()))

    def get_paginated_response(self, data: Any) -> Response:  # noqa: ANN401  (DRF's signature)
        following = self._link(self.page[-1], is_backwards=False) if self.page and self.has_next else None
        previous = self._link(self.page[0], is_backwards=True) if self.page and self.has_previous else None
        return Response({"next": following, "previous": previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", "Where the page begins: taken from `next` or `previous`.", {"type": "string"}),
            _parameter(
                "limit",
                "Rows of a page.",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            ),
        ]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "required": False, "in": "query", "description": description, "schema": schema}
