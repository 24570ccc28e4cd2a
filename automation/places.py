"""Where triggers are named: templates, drafts, mailings, trigger links, pages. And what sends a template."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership
from automation.models import StageAction, Trigger
from letter_templates.models import Template
from letter_templates.trigger_choice import TriggerChoice, read_choice
from outbox.models import Draft, Mailing
from pages.models import Page
from tracking.models import TriggerLink


@dataclass(frozen=True, slots=True)
class Place:
    """A template, a trigger link or a page that names the trigger; `kind` is "template", "link" or "page"."""

    kind: str
    id: int
    name: str


def places_of(trigger_ids: Collection[int], seen_by: Membership | None = None) -> dict[int, list[Place]]:
    """By trigger; all, or those that a member sees: templates may be a colleague's own. Drafts and mailings always
    are, and are not named.
    """
    found: dict[int, list[Place]] = {trigger_id: [] for trigger_id in trigger_ids}
    templates = Template.objects.visible_to(seen_by) if seen_by else Template.objects.all()
    for place, named in _named(templates):
        for trigger_id in named & found.keys():
            found[trigger_id].append(place)
    return found


def senders_of(template: Template) -> list[str]:
    """In words: the stages and triggers that send it."""
    stages = StageAction.objects.filter(template=template).order_by("stage__position", "stage_id", "id")
    triggers = Trigger.objects.filter(type=Trigger.Type.MAIL, settings__template=template.pk).order_by("name", "id")
    return [
        *(_("stage “%(name)s”") % {"name": name} for name in stages.values_list("stage__name", flat=True)),
        *(_("trigger “%(name)s”") % {"name": name} for name in triggers.values_list("name", flat=True)),
    ]


@transaction.atomic
def take_out(trigger_id: int) -> None:
    """Of all of them. Letters that are queued keep it, and find that it is gone."""
    for rows in (Template.objects, Draft.objects.filter(mail=None), Mailing.objects):
        _take_out_of_choices(rows.exclude(triggers={}).select_for_update(no_key=True), trigger_id)
    for link in TriggerLink.objects.filter(triggers__contains=[trigger_id]).select_for_update():
        link.triggers = [one for one in link.triggers if one != trigger_id]
        link.save(update_fields=["triggers"])
    for page in Page.objects.filter(on_open__contains=[trigger_id]).select_for_update():
        page.on_open = [one for one in page.on_open if one != trigger_id]
        page.save(update_fields=["on_open"])


def _named(templates: QuerySet[Template]) -> Iterator[tuple[Place, set[int]]]:
    for template in templates.exclude(triggers={}).only("name", "triggers").order_by("name", "id"):
        yield Place("template", template.pk, template.name), set(ids_in(read_choice(template.triggers)))
    for link in TriggerLink.objects.only("name", "triggers"):
        yield Place("link", link.pk, link.name), set(link.triggers)
    for page in Page.objects.only("name", "on_open"):
        yield Place("page", page.pk, page.name), set(page.on_open)


def ids_in(choice: TriggerChoice) -> list[int]:
    """All triggers that are chosen, each once."""
    return list(dict.fromkeys(trigger_id for _event, ids in choice for trigger_id in ids))


def _take_out_of_choices(rows: QuerySet[Any], trigger_id: int) -> None:
    for row in rows:
        choice = read_choice(row.triggers)
        if trigger_id in ids_in(choice):
            _write(row, _without(choice, trigger_id))


def _write(row: Model, choice: TriggerChoice) -> None:
    row.triggers = choice.to_json()  # type: ignore[attr-defined]
    row.save(update_fields=["triggers"])


def _without(choice: TriggerChoice, trigger_id: int) -> TriggerChoice:
    left = {event: tuple(one for one in ids if one != trigger_id) for event, ids in choice}
    return replace(choice, **left)  # type: ignore[arg-type]
