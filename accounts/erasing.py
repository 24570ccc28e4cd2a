"""What an account's own papers say of a person who is to be erased everywhere (G16)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import IdempotentReply, Notice


def rows_that_say(model: type[Model], field: str, words: Iterable[str]) -> QuerySet[Model]:
    """Rows in whose JSON one of these words stands, whatever its case."""
    said = Q(pk__in=())
    for word in words:
        said |= Q(said__icontains=word)
    return model._meta.base_manager.annotate(said=Cast(field, TextField())).filter(said)


def forget_words(words: Iterable[str]) -> None:
    """Notices, and answers kept for clients that ask twice."""
    rows_that_say(Notice, "facts", words).delete()
    rows_that_say(IdempotentReply, "body", words).delete()
