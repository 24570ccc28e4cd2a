"""Leads that come into a stage: what it sends is written down with the move, and sent when its time comes (M30-M33)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from automation.conditions import Judge, read_conditions
from automation.letters import RuleLetter
from automation.models import Run, StageAction
from automation.outcomes import Outcome, skipped
from automation.reasons import Reason
from automation.several_letters import send_letters
from crm.models import Contact, Lead
from letter_templates.models import Template

On = StageAction.On
State = Run.State

# One statement, whatever the number of leads. A lead that a move is told of twice has its runs already.
_START = f"""
INSERT INTO {Run._meta.db_table}
    (account_id, event, cause, stage_action_id, action_key, action_name, lead_id, depth, facts, state, reason, detail,
     due_at, attempts, happened_at, created_at)
SELECT action.account_id, %(event)s, 'stage:' || lead.id || ':' || action.stage_id || ':' || %(mark)s, action.id,
       's' || action.id, template.name, lead.id, %(depth)s, '{{}}', 'waiting', '', '{{}}',
       %(at)s + action.delay_seconds * interval '1 second', 0, %(at)s, now()
FROM {StageAction._meta.db_table} action
JOIN {Template._meta.db_table} template ON template.id = action.template_id
CROSS JOIN unnest(%(leads)s::bigint[]) AS lead(id)
WHERE action.stage_id = %(stage)s AND action.is_active AND action.on IN (%(event)s, 'both')
ORDER BY lead.id, action.position, action.id
ON CONFLICT DO NOTHING
"""  # noqa: S608  (names of tables)


def start_runs(lead_ids: Sequence[int], stage_id: int, at: datetime, kind: str, *, depth: int = 0) -> bool:
    """In the transaction that moved them; whether a run is due at once. `depth`: letters of triggers that led to it."""
    actions = StageAction.objects.filter(stage=stage_id, is_active=True, on__in=[kind, On.BOTH])
    delays = list(actions.values_list("delay_seconds", flat=True))
    if not delays:
        return False
    facts: dict[str, Any] = {"event": kind, "at": at, "mark": at.isoformat(), "leads": list(lead_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_START, {**facts, "stage": stage_id, "depth": depth})
    return 0 in delays


def cancel_runs(lead_ids: Sequence[int], stage_id: int) -> None:
    """What waits of stages that these leads have left. One that is being carried out looks for itself."""
    left = Run.objects.filter(state=State.WAITING, lead__in=lead_ids, stage_action__cancel_on_leave=True)
    left = left.exclude(stage_action__stage=stage_id).order_by("pk")
    ids = list(left.select_for_update(skip_locked=True, of=("self",), no_key=True).values_list("pk", flat=True))
    if ids:
        Run.objects.filter(pk__in=ids).update(state=State.SKIPPED, reason=Reason.LEFT_STAGE, ended_at=timezone.now())


def perform(run: Run) -> Outcome:
    """Send what is due, judged by the lead as it is now. In the transaction that holds the run."""
    action, lead = run.stage_action, run.lead
    if action is None:
        return skipped(Reason.DELETED)
    if not action.is_active:
        return skipped(Reason.SWITCHED_OFF)
    if lead is None:
        return skipped(Reason.NO_LEAD)
    if action.cancel_on_leave and _has_left(lead, action, run):
        return skipped(Reason.LEFT_STAGE)
    judge = Judge(read_conditions(action.conditions))
    contacts = list(lead.contacts.prefetch_related("emails").order_by("name", "id"))
    chosen = [contact for contact in contacts if judge.holds_for_contact(contact)]
    if not judge.holds_for_lead(lead) or (contacts and not chosen):
        return skipped(Reason.CONDITIONS)
    letter = _letter(run, action, lead, chosen)
    return send_letters([letter] if action.together else _each(letter))


def _has_left(lead: Lead, action: StageAction, run: Run) -> bool:
    """Also one that is back: its coming back has a run of its own."""
    return lead.stage_id != action.stage_id or lead.stage_since > run.happened_at


def _letter(run: Run, action: StageAction, lead: Lead, contacts: Sequence[Contact]) -> RuleLetter:
    return RuleLetter(
        template=action.template,
        contacts=contacts,
        lead=lead,
        member=run.member or lead.responsible,
        mailbox=action.mailbox,
        depth=run.depth + 1,
    )


def _each(letter: RuleLetter) -> Iterator[RuleLetter]:
    """A letter for each of them; a template that goes to an address of its own is one, and so is one to nobody, which
    is refused with its reason.
    """
    if letter.template.send_to or not letter.contacts:
        yield letter
        return
    for contact in letter.contacts:
        yield replace(letter, contacts=[contact])
