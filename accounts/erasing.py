"""What an account's own papers say of a person who is to be erased everywhere (G16)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import IdempotentReply, Notice
from mailkit.named_addresses import names_one_of


def rows_that_name(model: type[Model], field: str, addresses: Collection[str]) -> QuerySet[Model]:
    """Rows in whose JSON one of these addresses (lower case) stands, as a whole."""
    said = Q(pk__in=())
    for address in addresses:
        said |= Q(said__icontains=address)
    rows = model._meta.base_manager
    near = rows.annotate(said=Cast(field, TextField())).filter(said).values_list("pk", field)
    return rows.filter(
        pk__in=[pk for pk, value in near if any(names_one_of(text, addresses) for text in _texts(value))]
    )


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401  (JSON)
    """As they were before JSON escaped a line break into a letter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def forget_addresses(addresses: Collection[str]) -> None:
    """Notices, and answers kept for clients that ask twice."""
    rows_that_name(Notice, "facts", addresses).delete()
    rows_that_name(IdempotentReply, "body", addresses).delete()
