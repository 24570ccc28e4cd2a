"""What each type of trigger has to know, checked before it is stored as JSON in Trigger.settings.

    task   {"task_type": 3, "text": "Call", "due_in_seconds": 3600, "responsible": "responsible" or the id of a member}
    note   {"text": "Opened: {subject}"}
    stage  {"stage": 5}
    field  {"entity": "lead", "field": "657261", "value": "{date}"}
    mail   {"template": 7}
    lead   {"name": "New order", "stage": 5, "responsible": as above}
    tags   {"entity": "contact", "add": ["warm"], "remove": ["cold"]}

`field` is the number of a field of the account's own, or the name of one that each card of the kind has. Given by its
code, or by a name that no other has, it is stored by its number: both may change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.ids import row_number
from accounts.models import Membership
from automation.field_values import find_field
from automation.models import Trigger
from crm.models import CARDS, Stage, TaskType
from letter_templates.errors import PartRefused, TemplateRefused, ValueRefused
from letter_templates.fields import names
from letter_templates.models import Template
from letter_templates.rendering import check

MAX_TEXT = 10_000
MAX_VALUE = 10_000
MAX_TAGS = 20
MAX_TAG = 60
MOST_SECONDS = 10 * 366 * 24 * 3600
RESPONSIBLE = "responsible"  # that of the card

Settings = Mapping[str, Any]


def checked_settings(type_: str, given: Settings) -> dict[str, Any]:
    """As they are stored, without anything that means nothing to this type. Raises ValueRefused, PartRefused."""
    return _CHECKS[Trigger.Type(type_)](given)


def _task(given: Settings) -> dict[str, Any]:
    return {
        "task_type": _row("task_type", given, TaskType.objects.all(), _("Choose what kind of task it is.")),
        "text": _text("text", given, most=MAX_TEXT),
        "due_in_seconds": _seconds("due_in_seconds", given),
        "responsible": _responsible(given),
    }


def _note(given: Settings) -> dict[str, Any]:
    text = _text("text", given, most=MAX_TEXT)
    if not text:
        raise _refused("text", _("Enter the text of the note."))
    return {"text": text}


def _stage(given: Settings) -> dict[str, Any]:
    return {"stage": _row("stage", given, Stage.objects.all(), _("Choose a stage."))}


def _field(given: Settings) -> dict[str, Any]:
    entity, name = _entity(given), str(given.get("field", "")).replace("\0", "").strip()
    field = find_field(entity, name)
    if field is None:
        raise _refused("field", _("There is no such field on this card."))
    value = str(given.get("value", "")).replace("\0", "").strip()
    if not value or len(value) > MAX_VALUE:
        raise _refused("value", _("Enter a value, or {reset} to clear the field."))
    return {"entity": entity, "field": field.name, "value": value}


def _mail(given: Settings) -> dict[str, Any]:
    return {"template": _row("template", given, Template.objects.all(), _("Choose a template."))}


def _lead(given: Settings) -> dict[str, Any]:
    name = _text("name", given, most=150)
    return {
        "name": name,
        "stage": _row("stage", given, Stage.objects.all(), _("Choose the stage that the lead begins in.")),
        "responsible": _responsible(given),
    }


def _tags(given: Settings) -> dict[str, Any]:
    add, remove = _names("add", given), _names("remove", given)
    if not add and not remove:
        raise _refused("add", _("Enter a tag to add or to remove."))
    return {"entity": _entity(given), "add": add, "remove": remove}


_CHECKS: dict[Trigger.Type, Callable[[Settings], dict[str, Any]]] = {
    Trigger.Type.TASK: _task,
    Trigger.Type.NOTE: _note,
    Trigger.Type.STAGE: _stage,
    Trigger.Type.FIELD: _field,
    Trigger.Type.MAIL: _mail,
    Trigger.Type.LEAD: _lead,
    Trigger.Type.TAGS: _tags,
}


def _refused(name: str, message: str) -> ValueRefused:
    return ValueRefused(f"settings.{name}", message)


def _row(name: str, given: Settings, rows: QuerySet[Any], words: str) -> int:
    number = row_number(str(given.get(name, "")))
    if not rows.filter(pk=number).exists():
        raise _refused(name, words)
    return number


def _entity(given: Settings) -> str:
    entity = str(given.get("entity", ""))
    if entity not in CARDS:
        raise _refused("entity", _("Choose lead, contact, company or customer."))
    return entity


def _responsible(given: Settings) -> str | int:
    """The card's responsible user, or a chosen one."""
    chosen = str(given.get("responsible") or RESPONSIBLE)
    if chosen == RESPONSIBLE:
        return RESPONSIBLE
    if not Membership.objects.filter(pk=row_number(chosen), is_active=True).exists():
        raise _refused("responsible", _("Choose an active user of this account."))
    return row_number(chosen)


def _seconds(name: str, given: Settings) -> int:
    value = given.get(name, 0)
    text = str(value if value != "" else 0)
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= MOST_SECONDS):
        raise _refused(name, _("Enter a time of at most ten years."))
    return int(text)


def _text(name: str, given: Settings, *, most: int) -> str:
    """With merge fields. They are compiled and run, which takes a moment."""
    text = str(given.get(name, "")).replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > most:
        raise _refused(name, _("Enter at most %(most)d characters.") % {"most": most})
    try:
        check(text, names())
    except TemplateRefused as error:
        raise PartRefused(f"settings.{name}", error) from error
    return text


def _names(name: str, given: Settings) -> list[str]:
    values = given.get(name) or []
    if not isinstance(values, list | tuple):
        raise _refused(name, _("Give a list of tags."))
    found = list(dict.fromkeys(" ".join(str(one).replace("\0", "").split()) for one in values))
    found = [one for one in found if one]
    if len(found) > MAX_TAGS or any(len(one) > MAX_TAG for one in found):
        words = _("At most %(most)d tags of %(length)d characters each.") % {"most": MAX_TAGS, "length": MAX_TAG}
        raise _refused(name, words)
    return found
