"""Importing cards from a file: uploaded, mapped, tried, carried out. Each member has imports of their own.

uploaded -> trying -> tried -> importing -> done        a worker leaves "trying" and "importing" (crm.csv_work)
              ^         |          |
              +---------+          +-> failed: nothing was imported; it can be mapped and tried again
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Membership
from accounts.tenancy import current_account_id
from crm.csv_cells import guarded
from crm.csv_columns import SEVERAL, columns_of, guess_mapping
from crm.csv_jobs import start_work
from crm.csv_reading import Line, Table, count_lines, read_table
from crm.custom_fields import MODELS
from crm.errors import CardNotFound, ValueRefused, WrongState
from crm.models import CardImport

State = CardImport.State
RESTING = (State.UPLOADED, State.TRIED, State.FAILED)  # nobody works on it, and it may be changed
KEPT_IMPORTS = 20  # of a member; older ones go when another comes
SAMPLE_ROWS = 5


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What is asked before an import; None stays as it is."""

    mapping: Mapping[int, str] | None = None  # key of crm.csv_columns by number of column
    matching: str | None = None
    skip_bad_rows: bool | None = None


def list_imports(member: Membership) -> QuerySet[CardImport]:
    """Their own, newest first, without the files."""
    return CardImport.objects.filter(member=member).defer("content").order_by("-created_at", "-id")


def get_import_for(member: Membership, import_id: int | str) -> CardImport:
    """Raises CardNotFound."""
    text = str(import_id)
    found = list_imports(member).filter(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    row = found.first() if found is not None else None
    if row is None:
        raise CardNotFound
    return row


@transaction.atomic
def upload_import(member: Membership, entity: str, filename: str, content: bytes) -> CardImport:
    """The file, with a guess what its columns are. Raises ValueRefused."""
    table = read_table(content)
    row_count, guess = count_lines(table), _guess(entity, table)
    made = CardImport.objects.create(
        member=member,
        entity=entity,
        filename=PurePath(filename).name[:200],
        content=content,
        columns=table.columns,
        mapping=_as_json(guess),
        matching=_usual_matching(entity, guess),
        row_count=row_count,
    )
    too_old = list_imports(member).filter(state__in=[*RESTING, State.DONE]).values_list("pk", flat=True)[KEPT_IMPORTS:]
    CardImport.objects.filter(pk__in=list(too_old)).delete()
    return made


def _guess(entity: str, table: Table) -> dict[int, str]:
    """Other programs number their cards too: IDs that are not ours are left out."""
    guess = guess_mapping(entity, table.columns)
    number = next((number for number, key in guess.items() if key == "id"), None)
    if number is None:
        return guess
    cells = (line.cells[number].strip() for line in _sample(table) if number < len(line.cells))
    ids = [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 19]
    if not MODELS[entity].objects.filter(pk__in=ids).exists():
        del guess[number]
    return guess


def _usual_matching(entity: str, guess: Mapping[int, str]) -> str:
    """Leads of one name are seldom the same one, unless the file has their IDs."""
    is_new = entity == CardImport.Entity.LEAD and "id" not in guess.values()
    return CardImport.Matching.CREATE if is_new else CardImport.Matching.UPDATE


def _sample(table: Table) -> list[Line]:
    return [line for line, _number in zip(table.lines(), range(SAMPLE_ROWS), strict=False)]


@transaction.atomic
def change_import(row: CardImport, values: ImportSettings) -> CardImport:
    """What was tried before has to be tried again. Raises ValueRefused, WrongState."""
    row = _locked(row, *RESTING)
    if values.mapping is not None:
        row.mapping = _as_json(_checked_mapping(row, values.mapping))
    if values.matching is not None:
        row.matching = values.matching
    if values.skip_bad_rows is not None:
        row.skip_bad_rows = values.skip_bad_rows
    if values.mapping is not None or values.matching is not None:
        row.state = State.UPLOADED
    row.save(update_fields=["mapping", "matching", "skip_bad_rows", "state"])
    return row


def _checked_mapping(row: CardImport, mapping: Mapping[int, str]) -> dict[int, str]:
    known = {column.key for column in columns_of(row.entity)}
    for number, key in mapping.items():
        if not 0 <= number < len(row.columns) or key not in known:
            raise ValueRefused("mapping", _("There is no such column or field."))
    keys = [key for key in mapping.values() if key not in SEVERAL]
    if len(keys) != len(set(keys)):
        raise ValueRefused("mapping", _("Two columns cannot mean the same field."))
    if not mapping:
        raise ValueRefused("mapping", _("Choose at least one column."))
    return dict(mapping)


@transaction.atomic
def try_import(row: CardImport) -> CardImport:
    """Let a worker look what it would do. Raises ValueRefused, WrongState."""
    row = _locked(row, *RESTING)
    if not row.mapping:
        raise ValueRefused("mapping", _("Choose at least one column."))
    return _hand_over(row, State.TRYING)


@transaction.atomic
def start_import(row: CardImport) -> CardImport:
    """Let a worker carry it out. Raises WrongState when it was not tried, or has bad rows that nobody allowed."""
    row = _locked(row, State.TRIED)
    if row.bad_count and not row.skip_bad_rows:
        raise WrongState(_("Some rows are wrong. Correct the file, or leave them out."))
    if row.bad_count == row.row_count:
        raise WrongState(_("There is nothing to import."))
    return _hand_over(row, State.IMPORTING)


def _hand_over(row: CardImport, state: str) -> CardImport:
    facts: dict[str, object] = {
        "state": state,
        "lease_token": None,
        "lease_until": None,
        "tries": 0,
        "created_count": 0,
        "changed_count": 0,
        "merged_count": 0,
        "skipped_count": 0,
        "bad_count": 0,
        "bad_rows": [],
    }
    CardImport.objects.filter(pk=row.pk).update(**facts)
    row.refresh_from_db(fields=list(facts))
    start_work(current_account_id(), row.pk)
    return row


@transaction.atomic
def delete_import(row: CardImport) -> None:
    """The cards stay. Raises WrongState while somebody works on it."""
    _locked(row, *RESTING, State.DONE).delete()


def _locked(row: CardImport, *states: str) -> CardImport:
    found = CardImport.objects.select_for_update().defer("content").filter(pk=row.pk).first()
    if found is None:
        raise CardNotFound
    if found.state not in states:
        raise WrongState(_("This import is in another state by now. Look at it again."))
    return found


def sample_of(row: CardImport) -> tuple[Table, list[list[str]]]:
    """How the file was read, and the cells of its first rows."""
    if row.content is None:
        raise WrongState(_("The file is no longer kept."))
    table = read_table(bytes(row.content))
    width = len(table.columns)
    return table, [[*line.cells, *[""] * width][:width] for line in _sample(table)]


def write_bad_rows(row: CardImport) -> Iterator[str]:
    """The bad rows as a file: as they were, and in front what is wrong. It can be corrected and imported again."""
    yield "\ufeff" + _line([pgettext("of a file", "Line"), _("What is wrong"), *row.columns])
    for bad in row.bad_rows:
        wrong = "; ".join(": ".join(filter(None, each)) for each in bad["problems"])
        yield _line([str(bad["line"]), wrong, *bad["cells"]])


def _line(cells: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow([guarded(cell) for cell in cells])
    return target.getvalue()


def mapping_of(row: CardImport) -> dict[int, str]:
    return {int(number): key for number, key in row.mapping.items()}


def _as_json(mapping: Mapping[int, str]) -> dict[str, str]:
    return {str(number): key for number, key in sorted(mapping.items())}
