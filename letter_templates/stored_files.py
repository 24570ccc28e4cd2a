"""Bytes of files for letters: templates and letters (outbox) name them together, by content."""

from __future__ import annotations

from django.db import connection


def hold_upload_name(name: str) -> None:
    """Until the end of the transaction: whoever deletes bytes that no row names must not miss one that comes just now.

    So the row comes first and the bytes after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('upload ' || %s, 0))", [name])
