"""An import from file to cards, as a member and a worker do it together."""

from __future__ import annotations

from accounts.models import Membership
from crm.csv_import import ImportSettings, change_import, get_import_for, start_import, try_import, upload_import
from crm.csv_work import work
from crm.models import CardImport

SKIP = ImportSettings(skip_bad_rows=True)


def tried(member: Membership, entity: str, text: str | bytes, settings: ImportSettings | None = None) -> CardImport:
    content = text if isinstance(text, bytes) else text.encode()
    row = upload_import(member, entity, "cards.csv", content)
    if settings:
        row = change_import(row, settings)
    work(try_import(row).pk)
    return get_import_for(member, row.pk)


def imported(member: Membership, entity: str, text: str | bytes, settings: ImportSettings | None = None) -> CardImport:
    row = tried(member, entity, text, settings)
    work(start_import(row).pk)
    return get_import_for(member, row.pk)


def counts(row: CardImport) -> tuple[int, int, int, int]:
    """Created, changed, skipped, bad."""
    return row.created_count, row.changed_count, row.skipped_count, row.bad_count
