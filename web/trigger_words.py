"""What a trigger does, in one sentence for the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from automation.models import Trigger
from crm.models import Stage, TaskType
from letter_templates.models import Template
from web.durations import duration_words
from web.forms.trigger_fields import ENTITIES, key_of, known_fields

ICONS = {
    Trigger.Type.TASK: "circle-check",
    Trigger.Type.NOTE: "sticky-note",
    Trigger.Type.STAGE: "kanban",
    Trigger.Type.FIELD: "text-cursor-input",
    Trigger.Type.MAIL: "send",
    Trigger.Type.LEAD: "plus",
    Trigger.Type.TAGS: "tag",
}
LONGEST = 80  # of a text that is quoted
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What the settings of triggers name by number, in words: read once for a whole list."""

    stages: Mapping[int, str]
    templates: Mapping[int, str]
    task_types: Mapping[int, str]
    people: Mapping[int, str]
    fields: Mapping[str, str]  # "lead:657261"

    def person(self, chosen: object) -> str:
        """As in "for whoever is responsible"."""
        if isinstance(chosen, int):
            return self.people.get(chosen, _("somebody who has left"))
        return _("whoever is responsible")


def read_names() -> Names:
    return Names(
        stages={
            stage.pk: _("%(stage)s in %(pipeline)s") % {"stage": _quoted(stage.name), "pipeline": stage.pipeline.name}
            for stage in Stage.objects.select_related("pipeline")
        },
        templates={pk: _quoted(name) for pk, name in Template.objects.values_list("pk", "name")},
        task_types=dict(TaskType.objects.values_list("pk", "name")),
        people={member.pk: member.name for member in Membership.objects.select_related("user")},
        fields={
            key_of(entity, field): _quoted(str(field.label)) for entity, own in known_fields().items() for field in own
        },
    )


def sentence_of(type_: str, settings: Settings, names: Names) -> str:
    """Of settings that are whole: "Sets the task “Call the client” for whoever is responsible, due after 1 hour." """
    return SENTENCES[type_](settings, names)


def timed_sentence(type_: str, settings: Settings, delay_seconds: int, names: Names) -> str:
    words = sentence_of(type_, settings, names)
    if not delay_seconds:
        return words
    return _("%(delay)s later: %(what)s") % {"delay": duration_words(delay_seconds), "what": words}


def _task(settings: Settings, names: Names) -> str:
    return _("Sets the task “%(text)s” (%(kind)s) for %(who)s, due after %(time)s.") % {
        "text": _short(settings.get("text")),
        "kind": names.task_types.get(_number(settings, "task_type"), _("a kind that is gone")),
        "who": names.person(settings.get("responsible")),
        "time": duration_words(int(settings.get("due_in_seconds") or 0)),
    }


def _note(settings: Settings, _names: Names) -> str:
    return _("Adds the note “%(text)s”.") % {"text": _short(settings.get("text"))}


def _stage(settings: Settings, names: Names) -> str:
    return _("Moves the lead to %(stage)s.") % {"stage": _stage_name(settings, names)}


def _field(settings: Settings, names: Names) -> str:
    field = f"{settings.get('entity')}:{settings.get('field')}"
    facts = {
        "entity": _entity(settings),
        "field": names.fields.get(field) or _quoted(str(settings.get("field"))),
        "value": _short(settings.get("value")),
    }
    if settings.get("value") == "{reset}":
        return _("Clears the field %(field)s of %(entity)s.") % facts
    return _("Writes “%(value)s” into the field %(field)s of %(entity)s.") % facts


def _mail(settings: Settings, names: Names) -> str:
    template = names.templates.get(_number(settings, "template"), _("that is gone"))
    return _("Sends a letter from the template %(template)s.") % {"template": template}


def _lead(settings: Settings, names: Names) -> str:
    return _("Makes a lead for the contact in %(stage)s; %(who)s gets it.") % {
        "stage": _stage_name(settings, names),
        "who": names.person(settings.get("responsible")),
    }


def _tags(settings: Settings, _names: Names) -> str:
    """Put on, taken off, or both."""
    put, taken = ", ".join(settings.get("add") or ()), ", ".join(settings.get("remove") or ())
    facts = {"put": put, "taken": taken, "entity": _entity(settings)}
    if put and taken:
        return _("Puts the tags %(put)s on %(entity)s and takes %(taken)s off.") % facts
    if put:
        return _("Puts the tags %(put)s on %(entity)s.") % facts
    return _("Takes the tags %(taken)s off %(entity)s.") % facts


SENTENCES: dict[str, Callable[[Settings, Names], str]] = {
    Trigger.Type.TASK: _task,
    Trigger.Type.NOTE: _note,
    Trigger.Type.STAGE: _stage,
    Trigger.Type.FIELD: _field,
    Trigger.Type.MAIL: _mail,
    Trigger.Type.LEAD: _lead,
    Trigger.Type.TAGS: _tags,
}


def _stage_name(settings: Settings, names: Names) -> str:
    return names.stages.get(_number(settings, "stage"), _("a stage that is gone"))


def _entity(settings: Settings) -> str:
    return str(dict(ENTITIES).get(str(settings.get("entity")), settings.get("entity")))


def _number(settings: Settings, name: str) -> int:
    return int(settings.get(name) or 0)


def _quoted(name: str) -> str:
    return _("“%(name)s”") % {"name": name}


def _short(text: object) -> str:
    words = " ".join(str(text or "").split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
