"""What a stage sends by itself (M30-M32): a template to the contacts of a lead that comes into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed, NotFound
from accounts.ids import row_number
from accounts.models import Membership
from automation.access import check_mailer
from automation.conditions import Condition, checked_conditions, read_conditions
from automation.loops import refuse_cycles
from automation.models import StageAction
from crm.models import Stage
from letter_templates.errors import ValueRefused
from letter_templates.models import Template
from letter_templates.trigger_choice import MOST_SECONDS
from mailboxes.models import Mailbox

MOST_ACTIONS = 50  # of one stage


class StageActionNotFound(NotFound):
    """Missing, or of another account."""


@dataclass(frozen=True, slots=True)
class StageActionValues:
    """A stage action, whole."""

    stage: Stage
    template: Template
    on: str = StageAction.On.BOTH
    conditions: Sequence[Condition] = ()
    mailbox: Mailbox | None = None  # None: as the template says
    delay_seconds: int = 0
    together: bool = False
    cancel_on_leave: bool = True
    is_active: bool = True


def list_stage_actions(member: Membership) -> QuerySet[StageAction]:
    """In their order, with all that a row shows. Raises NotAllowed."""
    check_mailer(member)
    return StageAction.objects.select_related("stage__pipeline", "template", "mailbox").order_by(
        "stage_id", "position", "id"
    )


def get_stage_action_for(member: Membership, action_id: int | str) -> StageAction:
    """Raises NotAllowed, StageActionNotFound."""
    action = list_stage_actions(member).filter(pk=row_number(action_id)).first()
    if action is None:
        raise StageActionNotFound
    return action


def values_of(action: StageAction) -> StageActionValues:
    """As it is stored: what is changed in part is replaced in this."""
    return StageActionValues(
        stage=action.stage,
        template=action.template,
        on=action.on,
        conditions=read_conditions(action.conditions),
        mailbox=action.mailbox,
        delay_seconds=action.delay_seconds,
        together=action.together,
        cancel_on_leave=action.cancel_on_leave,
        is_active=action.is_active,
    )


@transaction.atomic
def create_stage_action(member: Membership, values: StageActionValues) -> StageAction:
    """It comes last. Raises NotAllowed, ValueRefused."""
    check_may_change(member)
    there = _held_of(values.stage)
    if len(there) >= MOST_ACTIONS:
        raise ValueRefused("stage", _("A stage has at most %(most)d actions.") % {"most": MOST_ACTIONS})
    action = StageAction(position=len(there))
    _write(member, action, values)
    record(member, "stage_action.created", target=action, name=action.template.name, stage=action.stage.name)
    return action


@transaction.atomic
def change_stage_action(member: Membership, action_id: int | str, values: StageActionValues) -> StageAction:
    """Letters that wait already go by what it says when their time comes. Raises NotAllowed, StageActionNotFound,
    ValueRefused.
    """
    action = _get_own(member, action_id)
    if values.stage != action.stage:
        action.position = len(_held_of(values.stage))
    _write(member, action, values)
    record(member, "stage_action.changed", target=action, name=action.template.name, stage=action.stage.name)
    return action


@transaction.atomic
def delete_stage_action(member: Membership, action_id: int | str) -> None:
    """What waits of it does nothing any more, and says why. Raises NotAllowed, StageActionNotFound."""
    action = _get_own(member, action_id)
    record(member, "stage_action.deleted", target=action, name=action.template.name, stage=action.stage.name)
    action.delete()
    _number(_held_of(action.stage))


@transaction.atomic
def place_stage_action(member: Membership, action_id: int | str, place: int) -> StageAction:
    """Among those of its stage, from 0. Raises NotAllowed, StageActionNotFound."""
    action = _get_own(member, action_id)
    rows = [row for row in _held_of(action.stage) if row.pk != action.pk]
    rows.insert(max(0, place), action)
    _number(rows)
    return action


def check_may_change(member: Membership) -> None:
    """Raises NotAllowed."""
    check_mailer(member)
    if not member.is_admin:
        raise NotAllowed(_("Only administrators change what a stage sends."))


def _get_own(member: Membership, action_id: int | str) -> StageAction:
    check_may_change(member)
    return get_stage_action_for(member, action_id)


def _held_of(stage: Stage) -> list[StageAction]:
    """Nobody else reorders them until the caller's transaction ends."""
    Stage.objects.select_for_update(no_key=True).filter(pk=stage.pk).first()
    return list(StageAction.objects.filter(stage=stage).order_by("position", "id"))


def _number(rows: Sequence[StageAction]) -> None:
    """Without gaps."""
    for position, row in enumerate(rows):
        row.position = position
    StageAction.objects.bulk_update(rows, ["position"])


def _write(member: Membership, action: StageAction, values: StageActionValues) -> None:
    if values.on not in StageAction.On.values:
        raise ValueRefused("on", _("Choose whether it acts on leads that are created, moved, or both."))
    if not 0 <= values.delay_seconds <= MOST_SECONDS:
        raise ValueRefused("delay_seconds", _("A delay is ten years at most."))
    _check_mailbox(member, action, values.mailbox)
    action.stage, action.template, action.mailbox = values.stage, values.template, values.mailbox
    action.on, action.delay_seconds = values.on, values.delay_seconds
    action.conditions = [one.to_json() for one in _conditions(action, values)]
    action.together, action.cancel_on_leave = values.together, values.cancel_on_leave
    action.is_active = values.is_active
    action.save()
    refuse_cycles(action)


def _check_mailbox(member: Membership, action: StageAction, mailbox: Mailbox | None) -> None:
    """What is chosen already may stay."""
    if mailbox is None or mailbox.pk == action.mailbox_id:
        return
    if not Mailbox.objects.sendable_by(member).filter(pk=mailbox.pk).exists():
        raise ValueRefused("mailbox", _("Choose a mailbox that you may send from."))


def _conditions(action: StageAction, values: StageActionValues) -> Sequence[Condition]:
    """Those that stay as they were may name what is gone: somebody who switches an action off need not mend it."""
    stored = read_conditions(action.conditions)
    return stored if tuple(values.conditions) == stored else checked_conditions(values.conditions)
