"""Triggers whose time has come, carried out by two worker processes, against a loop of SQL that changes those rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import Any

from django.utils import timezone

from accounts.models import Account
from accounts.tenancy import raw_cursor, tenant
from automation.models import Run, Trigger
from automation.tasks import carry_out
from bench import product
from bench.measuring import Samples, interleave
from bench.stage import Stage
from crm.models import Contact, CustomField, Lead, LeadContact, Note, Tag, Tagging, Task
from crm.models import Stage as LeadStage
from crm.pipelines import create_pipeline
from crm.task_types import list_types

WORKERS = 2
BATCH = 50  # runs a transaction, as ours has
PATIENCE_SECONDS = 600
_names = (f"triggers{number}" for number in count())

NOTE = """INSERT INTO crm_note (account_id, lead_id, text, created_at)
VALUES (%(account)s, %(lead)s, 'It was opened', now())"""
TASK = """INSERT INTO crm_task (account_id, lead_id, type_id, text, due_at, created_at, result, is_due_told)
VALUES (%(account)s, %(lead)s, %(task_type)s, 'Call', now(), now(), '', false)"""
FIELD = """UPDATE crm_lead SET custom_values = custom_values || %(filled)s::jsonb WHERE id = %(lead)s"""
TAG = """INSERT INTO crm_tagging (account_id, lead_id, tag_id) VALUES (%(account)s, %(lead)s, %(tag)s)
ON CONFLICT DO NOTHING"""
MOVE = """WITH moved AS (
  UPDATE crm_lead SET stage_id = %(stage)s, stage_since = now() WHERE id = %(lead)s RETURNING id)
INSERT INTO crm_cardevent (account_id, lead_id, kind, facts, created_at)
SELECT %(account)s, id, 'moved', '{"from": "New", "to": "Qualified"}', now() FROM moved"""
END = """UPDATE automation_run SET state = 'done', attempts = 1, ended_at = now(), detail = %(detail)s
WHERE id = %(run)s AND state = 'waiting'"""
BY_TYPE = {"note": NOTE, "task": TASK, "field": FIELD, "tags": TAG, "stage": MOVE}
CHANGED = (Note, Task, Tagging)  # what is counted to see that both did the same


def triggers(stage: Stage) -> Iterator[Samples]:
    number = stage.number(10_000)
    with product.worker(stage.directory, pool="prefork", slots=WORKERS, queues="automation"):
        ours, theirs = interleave(lambda: _ours(number), lambda: _theirs(number), repetitions=stage.repetitions(3))
    yield Samples("triggers", ours, theirs, {"runs": number, "workers": WORKERS})


def _ours(number: int) -> float:
    account_id, _values = _prepare(number)
    began = time.perf_counter()
    for _worker in range(WORKERS):
        carry_out.delay(account_id)
    with tenant(account_id):
        while Run.objects.filter(state=Run.State.WAITING).exists():
            if time.perf_counter() - began > PATIENCE_SECONDS:
                raise RuntimeError("the workers do not get on")
            time.sleep(0.05)
        took = time.perf_counter() - began
        _check(number)
    return took


def _theirs(number: int) -> float:
    account_id, values = _prepare(number)
    with tenant(account_id):
        runs = list(Run.objects.order_by("due_at", "id").values_list("pk", "lead_id", "trigger__type"))
        began = time.perf_counter()
        for start in range(0, number, BATCH):
            with raw_cursor() as cursor:
                for run_id, lead_id, type_ in runs[start : start + BATCH]:
                    given = {**values, "run": run_id, "lead": lead_id}
                    cursor.execute(BY_TYPE[type_], given)
                    cursor.execute(END, given)
        took = time.perf_counter() - began
        _check(number)
    return took


def _check(number: int) -> None:
    """Every one of them did something, and only that."""
    done = Run.objects.filter(state=Run.State.DONE).count()
    made = [model.objects.count() for model in CHANGED]
    if done != number or made != [number // len(BY_TYPE)] * len(CHANGED):
        raise RuntimeError(f"{done} runs, {made} rows")


def _prepare(number: int) -> tuple[int, Mapping[str, Any]]:
    """An account with a lead for each run, all of them due."""
    account_id = product.new_account(next(_names), with_contacts=False)
    with tenant(account_id):
        values = _things(account_id)
        leads = _leads(number, values["first_stage"])
        kinds = cycle(_triggers(values))
        due_at = timezone.now() - timedelta(seconds=1)
        Run.objects.bulk_create((_run(lead, next(kinds), due_at) for lead in leads), batch_size=2000)
    product.vacuum()
    return account_id, values


def _things(account_id: int) -> dict[str, Any]:
    stages: Sequence[LeadStage] = list(create_pipeline("Sales").stages.order_by("position"))
    field = CustomField.objects.create(entity="lead", name="Read", type="text", number=7, code="read")
    Account.objects.filter(pk=account_id).update(last_number=100)
    return {
        "account": account_id,
        "first_stage": stages[0].pk,
        "stage": stages[1].pk,
        "task_type": list_types()[0].pk,
        "tag": Tag.objects.create(name="warm").pk,
        "filled": f'{{"{field.number}": "yes"}}',
        "detail": '{"card": "lead"}',
    }


def _leads(number: int, stage_id: int) -> list[Lead]:
    """Each with a contact."""
    leads = Lead.objects.bulk_create((Lead(name=f"Lead {n}", stage_id=stage_id) for n in range(number)), 2000)
    people = Contact.objects.bulk_create((Contact(first_name="Ann", name=f"Ann {n}") for n in range(number)), 2000)
    pairs = zip(leads, people, strict=True)
    LeadContact.objects.bulk_create((LeadContact(lead=lead, contact=contact) for lead, contact in pairs), 2000)
    return leads


def _triggers(values: Mapping[str, Any]) -> list[Trigger]:
    settings: Mapping[str, dict[str, Any]] = {
        "note": {"text": "It was opened"},
        "task": {"task_type": values["task_type"], "text": "Call", "due_in_seconds": 0, "responsible": "responsible"},
        "field": {"entity": "lead", "field": "7", "value": "yes"},
        "tags": {"entity": "lead", "add": ["warm"], "remove": []},
        "stage": {"stage": values["stage"]},
    }
    rows = (Trigger(number=n, name=kind, type=kind, settings=one) for n, (kind, one) in enumerate(settings.items(), 1))
    return Trigger.objects.bulk_create(rows)


def _run(lead: Lead, trigger: Trigger, due_at: datetime) -> Run:
    return Run(
        event=Run.Event.OPENED,
        cause=f"opened:mail{lead.pk}",
        trigger=trigger,
        action_key=f"t{trigger.pk}",
        action_name=trigger.name,
        lead=lead,
        member=None,
        due_at=due_at,
        happened_at=due_at,
    )
