"""The triggers that somebody chose for a letter, a template or a mailing (M17, M47), checked before they are kept."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.mailer import may_use_mailer
from accounts.models import Membership
from automation.links import checked_triggers
from automation.models import Trigger
from letter_templates.errors import ValueRefused
from letter_templates.trigger_choice import (
    LEAST_SECONDS,
    MOST_SECONDS,
    NO_TRIGGERS,
    TriggerChoice,
    check_may_choose,
)


def usable_choice(member: Membership, choice: TriggerChoice) -> TriggerChoice:
    """Without those that were deleted meanwhile, and without all for who may not use triggers: for what people type,
    whose words shall not be lost over it.
    """
    if not choice or not may_use_mailer(member):
        return NO_TRIGGERS
    chosen = {trigger_id for _event, ids in choice for trigger_id in ids}
    return choice.translated({pk: pk for pk in Trigger.objects.filter(pk__in=chosen).values_list("pk", flat=True)})


def check_choice(member: Membership, choice: TriggerChoice) -> TriggerChoice:
    """Each trigger of an event once; those that are switched off may be chosen. Raises NotAllowed, ValueRefused."""
    check_may_choose(member, choice)
    if choice.not_opened and not LEAST_SECONDS <= choice.not_opened_after <= MOST_SECONDS:
        raise ValueRefused("triggers", _("“Not opened” waits for at least a minute and at most ten years."))
    checked = {event: tuple(checked_triggers("triggers", ids)) for event, ids in choice if ids}
    return replace(choice, **checked)  # type: ignore[arg-type]
