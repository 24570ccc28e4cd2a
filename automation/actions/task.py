"""A task for the responsible user, or for a chosen one (M65)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from accounts.models import Membership
from accounts.smart_settings import default_responsible
from automation.outcomes import Outcome, done, failed
from automation.reasons import Reason
from automation.subjects import Subject, main_card
from automation.trigger_settings import RESPONSIBLE
from automation.words import fill_in
from crm.cards import type_of
from crm.models import TaskType
from crm.tasks import MAX_TEXT, TaskValues, create_task


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    card = main_card(subject)
    kind = TaskType.objects.filter(pk=settings["task_type"]).first()
    if kind is None:
        return failed(Reason.TASK_TYPE_GONE)
    responsible = chosen_member(settings["responsible"], card.responsible) or subject.responsible
    responsible = responsible or default_responsible()
    values = TaskValues(
        type=kind,
        due_at=subject.now + timedelta(seconds=settings["due_in_seconds"]),
        text=fill_in(settings["text"], subject)[:MAX_TEXT],
        responsible=responsible,
    )
    create_task(card, values, member=None)
    name = responsible.name if responsible else ""
    return done(card=type_of(card), card_id=card.pk, kind=kind.name, responsible=name, due_at=values.due_at.isoformat())


def chosen_member(chosen: str | int, of_card: Membership | None) -> Membership | None:
    """Whoever was chosen, or has the card, as far as they still work here."""
    if chosen == RESPONSIBLE:
        return of_card if of_card and of_card.is_active else None
    return Membership.objects.select_related("user").filter(pk=chosen, is_active=True).first()
