"""The way out of a circle of letters (M98): a copy of a template that starts nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.models import Membership
from automation.access import check_admin
from automation.models import Trigger
from automation.triggers import TriggerValues, change_trigger, create_trigger
from letter_templates.models import Template
from letter_templates.services import duplicate_template


@transaction.atomic
def copy_without_triggers(admin: Membership, template_id: int | str) -> Template:
    """As public as the first, because both are sent by the same rules. Raises NotAllowed, TemplateNotFound."""
    check_admin(admin)
    copy = duplicate_template(admin, template_id)
    was_public = Template.objects.filter(pk=template_id).values_list("is_public", flat=True)
    copy.triggers, copy.is_public = {}, was_public.get()
    copy.save(update_fields=["triggers", "is_public"])
    return copy


@transaction.atomic
def save_sending_copy(admin: Membership, values: TriggerValues, template_id: int, trigger: Trigger | None) -> Trigger:
    """A trigger that sends a letter, made or changed so that it sends a copy of this template. Nothing is stored when
    that is a circle still: the words of a template may lead back too. Raises as change_trigger does.
    """
    copy = copy_without_triggers(admin, template_id)
    settings: dict[str, Any] = {**values.settings, "template": copy.pk}
    changed = replace(values, settings=settings)
    return change_trigger(admin, trigger, changed) if trigger else create_trigger(admin, changed)
