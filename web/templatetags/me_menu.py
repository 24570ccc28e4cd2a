"""What stands in the menu at one's own picture."""

from dataclasses import dataclass
from functools import lru_cache

from django import template
from django.utils.translation import get_language

from accounts.models import Membership
from web.people_words import TONES

register = template.Library()


@dataclass(frozen=True)
class AvailabilityChoice:
    value: str
    label: str
    tone: str
    is_chosen: bool


@register.simple_tag
def availability_choices(availability: str) -> tuple[AvailabilityChoice, ...]:
    return _choices(availability, get_language())


@register.simple_tag
def chosen_availability(availability: str) -> AvailabilityChoice:
    """Who looks at the page is here: never offline."""
    return next(choice for choice in availability_choices(availability) if choice.is_chosen)


@lru_cache(maxsize=64)
def _choices(chosen: str, _language: str | None) -> tuple[AvailabilityChoice, ...]:
    return tuple(
        AvailabilityChoice(value, str(label), TONES[value], value == chosen)
        for value, label in Membership.Availability.choices
    )
