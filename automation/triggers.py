"""Triggers: administrators make, change and delete them (M60-M72, M17); who uses the Mailer chooses among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from accounts.numbers import MOST_CHOSEN, hold_numbers, take_number
from automation.access import check_admin, check_mailer
from automation.errors import TriggerInUse
from automation.loops import refuse_cycles
from automation.models import Trigger
from automation.places import Place, places_of, take_out
from automation.trigger_settings import checked_settings
from letter_templates.errors import ValueRefused

MAX_NAME = 150
MAX_DELAY_SECONDS = 10 * 366 * 24 * 3600
MAX_TRIGGERS = 500  # of an account: they stand in one list


@dataclass(frozen=True, slots=True)
class TriggerValues:
    """A trigger as typed, whole. `settings` by type: see automation.trigger_settings."""

    name: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    delay_seconds: int = 0
    is_active: bool = True


def list_triggers(member: Membership) -> list[Trigger]:
    """By name. Raises NotAllowed."""
    check_mailer(member)
    return list(Trigger.objects.all())


def values_of(trigger: Trigger) -> TriggerValues:
    """As it is stored: what is changed in part is replaced in this."""
    return TriggerValues(trigger.name, trigger.type, trigger.settings, trigger.delay_seconds, trigger.is_active)


def create_trigger(admin: Membership, values: TriggerValues, *, number: int | None = None) -> Trigger:
    """Raises NotAllowed, ValueRefused (CycleFound among them), PartRefused."""
    check_admin(admin)
    if Trigger.objects.count() >= MAX_TRIGGERS:
        raise ValueRefused("name", _("An account has at most %(most)d triggers.") % {"most": MAX_TRIGGERS})
    checked = _checked(values)
    with transaction.atomic():
        trigger = Trigger(number=take_number(_checked_number(number)), type=checked.type)
        _write(trigger, checked)
        record(admin, "trigger.created", target=trigger, name=trigger.name)
    return trigger


def change_trigger(admin: Membership, trigger: Trigger, values: TriggerValues) -> Trigger:
    """What waits already is carried out as the trigger is then. Raises NotAllowed, ValueRefused, PartRefused."""
    check_admin(admin)
    checked = _checked(values)
    if checked.type != trigger.type:
        raise ValueRefused("type", _("What a trigger does cannot be changed later. Make another one."))
    with transaction.atomic():
        held = Trigger.objects.select_for_update().get(pk=trigger.pk)
        _write(held, checked)
        record(admin, "trigger.changed", target=held, name=held.name)
    return held


@transaction.atomic
def delete_trigger(admin: Membership, trigger: Trigger, *, everywhere: bool = False) -> None:
    """`everywhere` takes it out of all places that name it. Raises NotAllowed, TriggerInUse."""
    check_admin(admin)
    places = used_in(trigger)
    if places and not everywhere:
        raise TriggerInUse(places)
    take_out(trigger.pk)
    record(admin, "trigger.deleted", target=trigger, name=trigger.name)
    trigger.delete()


def used_in(trigger: Trigger) -> list[Place]:
    return places_of([trigger.pk])[trigger.pk]


def _checked(values: TriggerValues) -> TriggerValues:
    """Merge fields are run for a try: never in a transaction."""
    if values.type not in Trigger.Type.values:
        raise ValueRefused("type", _("Choose what the trigger does."))
    if not 0 <= values.delay_seconds <= MAX_DELAY_SECONDS:
        raise ValueRefused("delay_seconds", _("Enter a delay of at most ten years."))
    return TriggerValues(
        name=checked_name(values.name),
        type=values.type,
        settings=checked_settings(values.type, values.settings),
        delay_seconds=values.delay_seconds,
        is_active=values.is_active,
    )


def checked_name(typed: str) -> str:
    """Raises ValueRefused."""
    name = " ".join(typed.replace("\0", "").split())
    if not name or len(name) > MAX_NAME:
        raise ValueRefused("name", _("Enter a name of at most %(most)d characters.") % {"most": MAX_NAME})
    return name


def _checked_number(number: int | None) -> int | None:
    """One of the administrator's choice lets existing texts go on working."""
    if number is None:
        return None
    if not 0 < number <= MOST_CHOSEN:
        raise ValueRefused("number", _("Enter a whole number from 1 to %(most)d.") % {"most": MOST_CHOSEN})
    hold_numbers()
    if Trigger.objects.filter(number=number).exists():
        raise ValueRefused("number", _("There is a trigger with this number already."))
    return number


def _write(trigger: Trigger, checked: TriggerValues) -> None:
    trigger.name, trigger.settings = checked.name, dict(checked.settings)
    trigger.delay_seconds, trigger.is_active = checked.delay_seconds, checked.is_active
    trigger.save()
    refuse_cycles(trigger)
