"""What stands in the menu at one's own picture, and at the bell beside it."""

from dataclasses import dataclass

from django import template
from django.conf import settings

from accounts.models import Account, Membership, Notice
from accounts.tenancy import every_account
from web.people_words import TONES

register = template.Library()


@dataclass(frozen=True)
class AvailabilityChoice:
    value: str
    label: str
    tone: str
    is_chosen: bool


@register.simple_tag
def availability_choices(member: Membership) -> list[AvailabilityChoice]:
    return [
        AvailabilityChoice(value, str(label), TONES[value], value == member.availability)
        for value, label in Membership.Availability.choices
    ]


@register.simple_tag
def chosen_availability(member: Membership) -> AvailabilityChoice:
    """Who looks at the page is here: never offline."""
    label = str(Membership.Availability(member.availability).label)
    return AvailabilityChoice(member.availability, label, TONES[member.availability], is_chosen=True)


@register.simple_tag
def accounts_of(member: Membership) -> list[Account]:
    """All accounts of this person; nothing when there is only one to be in."""
    with every_account("account switcher"):
        mine = Membership.objects.filter(user=member.user_id, is_active=True).select_related("account")
        accounts = [membership.account for membership in mine.order_by("account__name")]
    return accounts if len(accounts) > 1 else []


@register.simple_tag
def unread_notices(member: Membership) -> int:
    return Notice.objects.filter(membership=member, read_at__isnull=True).count()


@register.simple_tag
def support_email() -> str:
    return settings.SUPPORT_EMAIL
