"""Trigger links (M80-M83): made and changed by administrators. Letters and pages name them {triggerlink:NUMBER}."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from accounts.numbers import MOST_CHOSEN, hold_numbers, take_number
from automation.access import check_admin, check_mailer
from automation.loops import refuse_cycles
from automation.models import Trigger
from automation.triggers import checked_name
from letter_templates.errors import ValueRefused
from letter_templates.trigger_choice import MOST_TRIGGERS
from tracking.models import TriggerLink

MAX_URL = 2_000
MAX_LINKS = 500  # of an account
_is_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class LinkValues:
    """A trigger link as typed, whole. `triggers` are ids, in their order. The number stays as it is later."""

    name: str
    once: bool = False
    redirect_url: str = ""  # "": the page that says thank you
    triggers: tuple[int, ...] = ()
    number: int | None = None


def list_links(member: Membership) -> list[TriggerLink]:
    """By name. Raises NotAllowed."""
    check_mailer(member)
    return list(TriggerLink.objects.all())


def values_of(link: TriggerLink) -> LinkValues:
    """As it is stored: what is changed in part is replaced in this."""
    return LinkValues(link.name, link.once, link.redirect_url, tuple(link.triggers), link.number)


def code_of(link: TriggerLink) -> str:
    """What stands in the href of a letter or page (M81)."""
    return f"{{triggerlink:{link.number}}}"


@transaction.atomic
def create_link(admin: Membership, values: LinkValues) -> TriggerLink:
    """Raises NotAllowed, ValueRefused (CycleFound among them)."""
    check_admin(admin)
    if TriggerLink.objects.count() >= MAX_LINKS:
        raise ValueRefused("name", _("An account has at most %(most)d trigger links.") % {"most": MAX_LINKS})
    link = TriggerLink(number=take_number(_checked_number(values.number)))
    _write(link, values)
    record(admin, "trigger_link.created", target=link, name=link.name)
    return link


@transaction.atomic
def change_link(admin: Membership, link: TriggerLink, values: LinkValues) -> TriggerLink:
    """Letters that are out lead to the new address, and start the new triggers. Raises NotAllowed, ValueRefused."""
    check_admin(admin)
    held = TriggerLink.objects.select_for_update().get(pk=link.pk)
    if values.number not in (None, held.number):
        raise ValueRefused("number", _("This cannot be changed later. Make another trigger link."))
    _write(held, values)
    record(admin, "trigger_link.changed", target=held, name=held.name)
    return held


@transaction.atomic
def delete_link(admin: Membership, link: TriggerLink) -> None:
    """Letters that are out lead to the page that says thank you, and start nothing. Raises NotAllowed."""
    check_admin(admin)
    record(admin, "trigger_link.deleted", target=link, name=link.name)
    link.delete()


def _write(link: TriggerLink, values: LinkValues) -> None:
    link.name, link.once = checked_name(values.name), values.once
    link.redirect_url = _checked_url(values.redirect_url)
    link.triggers = checked_triggers("triggers", values.triggers)
    link.save()
    refuse_cycles(link)


def _checked_number(number: int | None) -> int | None:
    """One of the administrator's choice lets existing letters go on working."""
    if number is None:
        return None
    if not 0 < number <= MOST_CHOSEN:
        raise ValueRefused("number", _("Enter a whole number from 1 to %(most)d.") % {"most": MOST_CHOSEN})
    hold_numbers()
    if TriggerLink.objects.filter(number=number).exists():
        raise ValueRefused("number", _("There is a trigger link with this number already."))
    return number


def _checked_url(typed: str) -> str:
    """A stranger's browser is sent there: http and https only."""
    url = typed.strip()
    if not url:
        return ""
    try:
        _is_address(url)
    except ValidationError as error:
        raise ValueRefused("redirect_url", _("Enter an address that begins with https://.")) from error
    if len(url) > MAX_URL:
        raise ValueRefused("redirect_url", _("Enter at most %(most)d characters.") % {"most": MAX_URL})
    return url


def checked_triggers(field: str, ids: tuple[int, ...]) -> list[int]:
    """Each once, in their order. Raises ValueRefused."""
    chosen = list(dict.fromkeys(ids))
    if len(chosen) > MOST_TRIGGERS:
        raise ValueRefused(field, _("Choose at most %(most)d triggers.") % {"most": MOST_TRIGGERS})
    if Trigger.objects.filter(pk__in=chosen).count() != len(chosen):
        raise ValueRefused(field, _("A chosen trigger is no longer there. Choose another."))
    return chosen
