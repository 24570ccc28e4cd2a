"""The choice of triggers for a letter or template (M17, M47): what there is to choose, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.mailer import may_use_mailer
from automation.models import Trigger
from letter_templates.trigger_choice import USUAL_SECONDS
from tracking.models import TriggerLink
from web.durations import UNITS, split_seconds

register = template.Library()

MOST_PLACES = 100


@dataclass(frozen=True, slots=True)
class Event:
    """`waits`: it asks for a time too."""

    name: str
    icon: str
    label: str | Promise
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """`count` and `unit` are the time that is asked for at first."""

    triggers: Sequence[tuple[int, str]]
    events: Sequence[Event]
    units: Sequence[tuple[str, str | Promise]]
    count: int
    unit: str


EVENTS = (
    Event("sent", "send", _("When it is sent")),
    Event("opened", "mail-open", _("When it is opened")),
    Event("not_opened", "hourglass", _("When nobody opens it within"), waits=True),
    Event("failed", "mail-warning", _("When it cannot be sent")),
)


@register.simple_tag(takes_context=True)
def trigger_choices(context: template.Context) -> Choices | None:
    """None for who does not use the Mailer."""
    if not may_use_mailer(context["request"].member):
        return None
    count, unit = split_seconds(USUAL_SECONDS)
    triggers = list(Trigger.objects.order_by("name", "pk").values_list("pk", "name"))
    return Choices(triggers, EVENTS, UNITS[1:], count, unit)  # from minutes on (M62)


@dataclass(frozen=True, slots=True)
class LetterPlace:
    """An address that is filled in when the letter is made; `words` is what a link to it says at first."""

    address: str
    label: str | Promise
    words: str | Promise
    is_button: bool = False


PLACES = (
    LetterPlace("{weblink}", _("The letter in a browser"), _("View in a browser")),
    LetterPlace("{formlink}", _("The form of the letter"), _("Fill in the form"), is_button=True),
    LetterPlace("{unsubscribelink}", _("Unsubscribing"), _("Unsubscribe")),
)


# Nobody unsubscribes from a page.
PLACES_OF_PAGE = (
    LetterPlace("{weblink}", _("The page itself"), _("This page")),
    LetterPlace("{formlink}", _("The form of the page"), _("Fill in the form"), is_button=True),
)


@register.simple_tag(takes_context=True)
def letter_link_places(context: template.Context, *, of_page: object = False) -> list[LetterPlace]:
    """What the picker of fields offers beside them; none for who does not use the Mailer (M01)."""
    if not may_use_mailer(context["request"].member):
        return []
    links = TriggerLink.objects.order_by("name", "pk").values_list("number", "name")[:MOST_PLACES]
    places = PLACES_OF_PAGE if of_page else PLACES
    return [*places, *(LetterPlace(f"{{triggerlink:{number}}}", name, name, is_button=True) for number, name in links)]
