"""What a trigger does, by its type. Each works in the transaction of its run, and says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from automation.actions import field, lead, mail, note, stage, tags, task
from automation.models import Trigger
from automation.outcomes import Outcome
from automation.subjects import Subject

ACTIONS: Mapping[str, Callable[[Subject, Mapping[str, Any]], Outcome]] = {
    Trigger.Type.TASK: task.perform,
    Trigger.Type.NOTE: note.perform,
    Trigger.Type.STAGE: stage.perform,
    Trigger.Type.FIELD: field.perform,
    Trigger.Type.MAIL: mail.perform,
    Trigger.Type.LEAD: lead.perform,
    Trigger.Type.TAGS: tags.perform,
}
