"""Runs whose time has come are carried out: each once, however many workers there are and whichever of them dies (I4).

A batch is taken in a short transaction: a moment's lease, and one attempt more for each, which stays counted whatever
happens next. Then it is carried out, effect and end of every run in one transaction, each in a savepoint of its own.
A worker that is killed leaves nothing behind but the count. What was tried before goes alone, so that one that breaks
its transaction, or its worker, spoils no other's, and is given up after a few times.
"""

from __future__ import annotations

import json
import logging
import time
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from accounts.models import Account
from accounts.tenancy import current_account_id, every_account
from automation.actions import ACTIONS
from automation.actions.mail import outcome_of
from automation.depth import led_by
from automation.errors import LetterNotSent
from automation.models import Run, Trigger
from automation.opened import still_unopened
from automation.outcomes import Outcome, State, failed, skipped
from automation.querysets import due_runs
from automation.reasons import Reason
from automation.stage_runs import perform as perform_stage_action
from automation.subjects import Ended, Subject, subject_of
from mailkit.failpoints import failpoint

logger = logging.getLogger(__name__)

BATCH = 50
MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=15)  # until the batch is locked; then the locks hold it
TURN_SECONDS = 5.0  # then other accounts, and clicks that wait to be judged, have theirs
_ROWS = (
    "trigger",
    "mail__mailbox",
    "member__user",
    "contact__company",
    "contact__responsible__user",
    "lead__responsible__user",
)
_ENDED = ("id", "state", "reason", "detail", "made_mail_id", "due_at", "attempts", "ended_at")
# Written out: Django's bulk_update takes a third of all the time that runs take.
SAVE = """
UPDATE automation_run r SET state = v.state, reason = v.reason, detail = v.detail, made_mail_id = v.made_mail_id,
  due_at = v.due_at, attempts = v.attempts, ended_at = v.ended_at
FROM jsonb_to_recordset(%s::jsonb) AS v(id bigint, state text, reason text, detail jsonb, made_mail_id bigint,
  due_at timestamptz, attempts smallint, ended_at timestamptz)
WHERE r.id = v.id
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The runs that were taken, with the times they were due."""

    due_at: Mapping[int, datetime]
    lease_until: datetime


def list_accounts_with_due(now: datetime) -> list[int]:
    """Not those that have paused everything."""
    with every_account("runs whose time has come"):
        due = due_runs(now).filter(account__automation_paused_at=None).order_by()
        return list(due.values_list("account_id", flat=True).distinct())


def carry_out_due() -> bool:
    """All that is due in this account. True when there is more than one turn's work."""
    ends_at = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends_at:
        account = Account.objects.get(pk=current_account_id())
        claimed = _claim(timezone.now()) if account.automation_paused_at is None else None
        if claimed is None:
            return False
        failpoint("A3")
        with translation.override(account.language), timezone.override(zoneinfo.ZoneInfo(account.timezone)):
            carry_out(account, claimed)
        failpoint("A6")
    return True


@transaction.atomic
def _claim(now: datetime) -> Claimed | None:
    """A batch of new ones, or one that was tried before."""
    due = due_runs(now).select_for_update(skip_locked=True, no_key=True, of=("self",)).only("due_at", "attempts")
    runs = list(due.filter(attempts=0)[:BATCH]) or list(due.filter(attempts__gt=0)[:1])
    if not runs:
        return None
    tried = runs[0].attempts
    until = now + LEASE * (4**tried)
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(attempts=F("attempts") + 1, due_at=until)
    return Claimed({run.pk: run.due_at for run in runs}, until)


@transaction.atomic
def carry_out(account: Account, claimed: Claimed) -> None:
    """Those that nobody else has taken since then. Locked rows are waited for: another worker that was about to take
    them holds them until its look is over, and what is left out here waits for the end of the lease.
    """
    mine = Run.objects.filter(pk__in=claimed.due_at, state=State.WAITING, due_at=claimed.lease_until).order_by("pk")
    locked = mine.select_for_update(no_key=True, of=("self",)).select_related(*_ROWS)
    runs = sorted(locked, key=lambda run: (claimed.due_at[run.pk], run.pk))
    now = timezone.now()
    for run in runs:
        _end(run, _outcome(run, account, now), due_at=claimed.due_at[run.pk], now=now)
        failpoint("A4")
    _save(runs)
    failpoint("A5")


def _save(runs: Sequence[Run]) -> None:
    rows = json.dumps([{name: getattr(run, name) for name in _ENDED} for run in runs], cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(SAVE, [rows])


def _end(run: Run, outcome: Outcome, *, due_at: datetime, now: datetime) -> None:
    run.state, run.reason, run.detail = outcome.state, outcome.reason, dict(outcome.detail)
    run.made_mail_id = outcome.made_mail_id
    if outcome.again_at is not None:
        run.due_at, run.attempts = outcome.again_at, 0
        return
    run.due_at, run.ended_at = due_at, now
    if outcome.state == State.FAILED:
        logger.warning("run failed", extra={"run": run.pk, "reason": outcome.reason})


def _outcome(run: Run, account: Account, now: datetime) -> Outcome:
    if run.attempts > MAX_ATTEMPTS:
        return failed(Reason.BROKEN)
    if not account.mailer_enabled:
        return skipped(Reason.MAILER_OFF)
    with led_by(run.depth):
        return _of_stage_action(run) if run.action_key.startswith("s") else _of_trigger(run, account, now)


def _of_stage_action(run: Run) -> Outcome:
    """As everything is now: another run of the batch may have moved the lead."""
    if run.stage_action_id is None:
        return skipped(Reason.DELETED)
    try:
        with transaction.atomic():
            return perform_stage_action(Run.objects.get(pk=run.pk))
    except LetterNotSent as error:
        return outcome_of(error, run.action_name)


def _of_trigger(run: Run, account: Account, now: datetime) -> Outcome:
    if run.trigger is None:
        return skipped(Reason.DELETED)
    if not run.trigger.is_active:
        return skipped(Reason.SWITCHED_OFF)
    if run.event == Run.Event.NOT_OPENED and (opened := still_unopened(run, now)):
        return opened
    return act(run.trigger, subject_of(run, account, now))


def act(trigger: Trigger, subject: Subject) -> Outcome:
    """In a savepoint: what ends early leaves nothing behind."""
    try:
        with transaction.atomic():
            return ACTIONS[trigger.type](subject, trigger.settings)
    except Ended as error:
        return error.outcome
