"""Triggers and trigger links as their screen lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from automation.figures import Figures, figures_of
from automation.links import code_of, list_links
from automation.models import Trigger
from automation.places import Place, places_of
from automation.triggers import list_triggers
from tracking.models import TriggerLink
from web.trigger_words import ICONS, Names, read_names, timed_sentence

PLACES = {
    "template": ("layout-template", "template", _("Template")),
    "link": ("link", "trigger_link", _("Trigger link")),
    "page": ("globe", "web_page", _("Web page")),
}


@dataclass(frozen=True, slots=True)
class TriggerLine:
    """A trigger in the list."""

    trigger: Trigger
    icon: str
    words: str
    place_count: int
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A trigger link in the list."""

    link: TriggerLink
    code: str
    trigger_names: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """Where a trigger is chosen."""

    name: str
    icon: str
    href: str
    words: str | Promise


def trigger_lines(member: Membership, now: datetime) -> list[TriggerLine]:
    return _lines(member, list_triggers(member), now)


def trigger_line(member: Membership, trigger: Trigger, now: datetime) -> TriggerLine:
    return _lines(member, [trigger], now)[0]


def _lines(member: Membership, triggers: Sequence[Trigger], now: datetime) -> list[TriggerLine]:
    if not triggers:
        return []
    places = places_of([trigger.pk for trigger in triggers], member)
    figures, names = figures_of(member, now), read_names()
    return [
        TriggerLine(
            trigger,
            ICONS[Trigger.Type(trigger.type)],
            _words_of(trigger, names),
            len(places[trigger.pk]),
            figures.get(trigger.pk, Figures()),
        )
        for trigger in triggers
    ]


def _words_of(trigger: Trigger, names: Names) -> str:
    return timed_sentence(trigger.type, trigger.settings, trigger.delay_seconds, names)


def link_lines(member: Membership) -> list[LinkLine]:
    names = dict(Trigger.objects.values_list("pk", "name"))
    return [
        LinkLine(link, code_of(link), [names[trigger_id] for trigger_id in link.triggers if trigger_id in names])
        for link in list_links(member)
    ]


def shown_places(places: Iterable[Place]) -> list[ShownPlace]:
    return [_shown_place(place) for place in places]


def _shown_place(place: Place) -> ShownPlace:
    icon, route, words = PLACES[place.kind]
    return ShownPlace(place.name, icon, reverse(route, args=[place.id]), words)
