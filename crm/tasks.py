"""What a member has to do about a card, by a time: give, change, complete, reopen, delete; and say that it is due.

(Celery's entry points of this room are in crm_mail.tasks: here a task is a person's.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.models import Membership
from accounts.notices import notify
from accounts.tenancy import every_account
from crm.cards import on_card
from crm.errors import ValueRefused
from crm.models import Card, Task, TaskType

MAX_TEXT = 10_000
TOLD_AT_ONCE = 500
GIVEN, DUE = "task.given", "task.due"  # kinds of notices


@dataclass(frozen=True, slots=True)
class TaskValues:
    """A task as typed, whole."""

    type: TaskType
    due_at: datetime
    text: str = ""
    responsible: Membership | None = None


@transaction.atomic
def create_task(card: Card, values: TaskValues, *, member: Membership | None) -> Task:
    """`member` gives it; None is a rule of the account. Raises ValueRefused."""
    task = Task(created_by=member, **on_card(card))
    _fill(task, values)
    task.save()
    _tell_new_responsible(task, None, member)
    _publish(task)
    return task


@transaction.atomic
def change_task(member: Membership, task: Task, values: TaskValues) -> Task:
    """Raises ValueRefused."""
    before = task.responsible_id
    if values.due_at != task.due_at or (values.responsible and values.responsible.pk != before):
        task.is_due_told = False  # another time, or somebody who has not heard of it
    _fill(task, values)
    task.save()
    _tell_new_responsible(task, before, member)
    _publish(task, before)
    return task


@transaction.atomic
def complete_task(member: Membership, task: Task, result: str | None = None) -> Task:
    """Once more changes what was said of it (`result`, None leaves that); who was the first to do it stays."""
    if result is not None:
        task.result = _checked_text("result", result)
    if task.done_at is None:
        task.done_at, task.done_by = timezone.now(), member
    task.save(update_fields=["result", "done_at", "done_by"])
    _publish(task)
    return task


@transaction.atomic
def reopen_task(task: Task) -> Task:
    """To be done again; what was said of it stays."""
    task.done_at, task.done_by = None, None
    task.save(update_fields=["done_at", "done_by"])
    _publish(task)
    return task


@transaction.atomic
def delete_task(task: Task) -> None:
    _publish(task)
    task.delete()


def list_accounts_with_due(now: datetime) -> list[int]:
    with every_account("tasks whose time has come"):
        due = Task.objects.due_untold(now).order_by()
        return list(due.values_list("account_id", flat=True).distinct())


@transaction.atomic
def tell_due(now: datetime) -> int:
    """Tell those whose tasks of this account are due, once each; how many there were. Several may do it at once."""
    due = Task.objects.due_untold(now).select_related("responsible").order_by("due_at", "id")
    tasks = list(due.select_for_update(skip_locked=True, of=("self",))[:TOLD_AT_ONCE])
    for task in tasks:
        if task.responsible and task.responsible.is_active:
            notify([task.responsible], DUE, task=task.pk)
            _publish(task)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(is_due_told=True)
    return len(tasks)


def _fill(task: Task, values: TaskValues) -> None:
    task.type, task.due_at, task.responsible = values.type, values.due_at, values.responsible
    task.text = _checked_text("text", values.text)


def _checked_text(field: str, typed: str) -> str:
    text = typed.replace("\0", "").strip()
    if len(text) > MAX_TEXT:
        raise ValueRefused(field, _("Enter at most %(most)d characters.") % {"most": MAX_TEXT})
    return text


def _tell_new_responsible(task: Task, before: int | None, member: Membership | None) -> None:
    """Nobody is told of what they gave to themselves, or of what is done."""
    is_own = member is not None and task.responsible_id == member.pk
    if task.responsible and task.responsible_id != before and not is_own and task.done_at is None:
        notify([task.responsible], GIVEN, task=task.pk, by=member.pk if member else 0)


def _publish(task: Task, before: int | None = None) -> None:
    """The number at the rail is the responsible one's, now and before."""
    for member_id in {task.responsible_id, before} - {None}:
        live.publish("task", member_id=member_id)
