"""A worker tries an import, or carries it out in one transaction: killed at any point it has done nothing, and the
next one begins anew.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connections, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.live import publish
from accounts.tenancy import current_account_id, tenant
from crm.csv_plan import Plan
from crm.csv_reading import Line, read_table
from crm.csv_rows import Problem, Row, RowReader, load_lookups
from crm.csv_writing import write_plan
from crm.errors import ValueRefused
from crm.models import CardImport
from mailkit.failpoints import failpoint

logger = logging.getLogger(__name__)

State = CardImport.State
AT_WORK = (State.TRYING, State.IMPORTING)
LEASE = timedelta(seconds=60)
BEAT_SECONDS = 1.0  # it shows the progress too
KEPT_BAD_ROWS = 1000
MAX_TRIES = 3  # workers that may die of it


class _Overtaken(Exception):
    """Another worker has the import by now."""


@dataclass(slots=True)
class Progress:
    """How far the work is. Written by the worker, read by the thread that keeps its lease."""

    bad_count: int = 0
    seen_count: int = 0  # good rows; shown as skipped until it is known what became of them
    bad_rows: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: Line, problems: Sequence[Problem]) -> None:
        self.bad_count += 1
        if len(self.bad_rows) < KEPT_BAD_ROWS:
            listed = [[problem.column, problem.text] for problem in problems]
            self.bad_rows.append({"line": line.number, "problems": listed, "cells": line.cells})


def work(import_id: int) -> None:
    """Take the import if nobody has it, and do what its state asks for."""
    row = _claim(import_id)
    if row is None:
        return
    with translation.override(row.member.user.language), _kept(row, Progress()) as progress:
        try:
            if row.tries > MAX_TRIES:
                raise ValueRefused("file", _("This did not get through. Divide the file into several."))
            _carry_out(row, progress)
        except ValueRefused as error:
            _give_up(row, progress, error.message)
        except SoftTimeLimitExceeded:
            _give_up(row, progress, _("This took too long. Divide the file into several."))
        except _Overtaken:
            logger.info("import overtaken", extra={"import": import_id})


def _claim(import_id: int) -> CardImport | None:
    now, token = timezone.now(), uuid.uuid4()
    free = CardImport.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), pk=import_id, state__in=AT_WORK)
    if not free.update(lease_token=token, lease_until=now + LEASE, tries=F("tries") + 1):
        return None
    return CardImport.objects.select_related("member__user").get(pk=import_id)


@transaction.atomic
def _carry_out(row: CardImport, progress: Progress) -> None:
    plan = _make_plan(row, progress)
    facts = _counts(plan, progress)
    if row.state == State.TRYING:
        _finish(row, State.TRIED, **facts)
    elif progress.bad_count and not row.skip_bad_rows:
        _finish(row, State.TRIED, **facts)  # something has changed since it was tried
    else:
        write_plan(plan, row.member)
        failpoint("C1")
        counts = {name: facts[name] for name in ("created_count", "changed_count")}
        record(row.member, "cards.imported", entity=row.entity, **counts)
        _finish(row, State.DONE, content=None, **facts)


def _make_plan(row: CardImport, progress: Progress) -> Plan:
    table = read_table(bytes(row.content or b""))
    mapping = {int(number): key for number, key in row.mapping.items()}
    reader = RowReader(table.columns, mapping, load_lookups(row.entity))
    good: list[tuple[Line, Row]] = []
    for line in table.lines():
        found = reader.read(line)
        if isinstance(found, Row):
            good.append((line, found))
            progress.seen_count += 1
        else:
            progress.refuse(line, found)
    plan = Plan(row.entity, row.matching, [each for _line, each in good], is_real=row.state == State.IMPORTING)
    for line, each in good:
        try:
            plan.add(each)
        except ValueRefused as error:
            progress.seen_count -= 1
            progress.refuse(line, [Problem("", error.message)])
    return plan


def _counts(plan: Plan, progress: Progress) -> dict[str, Any]:
    created, changed = len(plan.created), len(plan.changed)
    bad_rows = sorted(progress.bad_rows, key=lambda bad: bad["line"])
    return {
        "created_count": created,
        "changed_count": changed,
        "merged_count": plan.merged_count,
        "skipped_count": plan.row_count - created - changed - plan.merged_count,
        "bad_count": progress.bad_count,
        "bad_rows": bad_rows,
    }


def _finish(row: CardImport, state: str, **facts: Any) -> None:
    """Raises _Overtaken when the lease ran out and another worker has the import: then nothing of this one counts."""
    own = CardImport.objects.filter(pk=row.pk, lease_token=row.lease_token)
    if not own.update(state=state, finished_at=timezone.now(), lease_token=None, lease_until=None, **facts):
        raise _Overtaken
    publish("import", member_id=row.member_id)


def _give_up(row: CardImport, progress: Progress, words: str) -> None:
    """The transaction is rolled back: nothing was imported."""
    problem = {"line": 0, "problems": [["", words]], "cells": []}
    own = CardImport.objects.filter(pk=row.pk, lease_token=row.lease_token)
    own.update(
        state=State.FAILED, finished_at=timezone.now(), lease_token=None, lease_until=None, bad_rows=[problem],
        bad_count=progress.bad_count,
    )  # fmt: skip


@contextmanager
def _kept(row: CardImport, progress: Progress) -> Iterator[Progress]:
    """While the block runs the lease stays, and the counts show how far it is. Both end with the process."""
    done = threading.Event()
    facts = (current_account_id(), row.lease_token, progress, done)
    thread = threading.Thread(target=_beat, args=facts, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        done.set()
        thread.join()


def _beat(account_id: int, token: uuid.UUID, progress: Progress, done: threading.Event) -> None:
    """A thread has a scope and database connections of its own."""
    with tenant(account_id):
        while not done.wait(BEAT_SECONDS):
            counts = {"bad_count": progress.bad_count, "skipped_count": progress.seen_count}
            try:
                CardImport.objects.filter(lease_token=token).update(lease_until=timezone.now() + LEASE, **counts)
            except OperationalError:
                logger.warning("lease not renewed", exc_info=True)
                connections.close_all()
    connections.close_all()
