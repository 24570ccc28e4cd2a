"""Encrypting stored secrets anew with the first key of CREDENTIALS_KEYS, while the service runs (docs/adr/0006).

What is to be done stands in the rows: each names its key. So it may be broken off at any time and started again. Only
the ciphertext is written, and only where it is still the one that was read: a password entered meanwhile wins, and
nobody takes the row for a new sign-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Func, QuerySet, TextField, Value

from accounts.tenancy import every_account
from mailboxes.errors import SecretUnreadable
from mailboxes.models import Credential
from mailboxes.secrets import bound_to, keyring, seal, unseal

BATCH = 500
# One statement a batch, over all accounts.
WRITE = """
UPDATE mailboxes_credential c SET ciphertext = fresh.ciphertext
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS fresh(id, was, ciphertext)
WHERE c.id = fresh.id AND c.ciphertext = fresh.was
"""


@dataclass(frozen=True, slots=True)
class RotatedBatch:
    """`unreadable` are numbers of rows that stay as they are: their key is missing, or they were moved."""

    rotated: int
    unreadable: tuple[int, ...]


def current_key() -> str:
    return next(iter(keyring()))


def count_by_key() -> dict[str, int]:
    """How many secrets each key has encrypted."""
    key = Func("ciphertext", Value(":"), Value(1), function="split_part", output_field=TextField())
    with every_account("count secrets by key"):
        rows = Credential.objects.annotate(key=key).order_by("key").values_list("key").annotate(count=Count("pk"))
        return dict(rows)


def rotate(*, batch: int = BATCH) -> Iterator[RotatedBatch]:
    """Batch by batch, each in a transaction of its own, until none is left that can be rotated."""
    after = 0
    while rows := _next(after, batch):
        after = rows[-1].pk
        yield rotate_rows(rows)


def _next(after: int, batch: int) -> list[Credential]:
    with every_account("secrets to rotate"):
        return list(_outdated().filter(pk__gt=after).order_by("pk")[:batch])


def _outdated() -> QuerySet[Credential]:
    return Credential.objects.exclude(ciphertext__startswith=f"{current_key()}:")


def rotate_rows(rows: list[Credential]) -> RotatedBatch:
    """As they were read a moment ago."""
    fresh: list[tuple[int, str, str]] = []
    unreadable: list[int] = []
    for row in rows:
        place = bound_to(row.account_id, row.mailbox_id, row.field)
        try:
            fresh.append((row.pk, row.ciphertext, seal(unseal(row.ciphertext, place), place)))
        except SecretUnreadable:
            unreadable.append(row.pk)
    with every_account("rotate secrets"), connection.cursor() as cursor:
        cursor.execute(WRITE, [list(column) for column in zip(*fresh, strict=True)] or [[], [], []])
        return RotatedBatch(cursor.rowcount, tuple(unreadable))
