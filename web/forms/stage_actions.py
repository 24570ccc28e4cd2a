"""The form of what a stage sends (M30-M32)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import NO_ROW
from accounts.models import Membership
from automation.conditions import read_conditions
from automation.models import StageAction
from automation.stage_actions import StageActionValues
from crm.models import Stage
from letter_templates.errors import ValueRefused
from letter_templates.models import Template
from mailboxes.models import Mailbox
from web.durations import DurationField
from web.forms.condition_lines import ConditionLinesField, lines_of

NAMES = {"delay_seconds": "delay"}  # of the service, where the form has another one


class StageActionForm(forms.Form):
    """One step. The lists to choose from are those of the administrator who fills it in."""

    on = forms.ChoiceField(
        label=_("When"), choices=StageAction.On.choices, widget=forms.RadioSelect, initial=StageAction.On.BOTH
    )
    template = forms.ModelChoiceField(Template.objects.none(), label=_("What is sent"), empty_label=_("Choose…"))
    mailbox = forms.ModelChoiceField(
        Mailbox.objects.none(), label=_("From"), required=False, empty_label=_("As the template says")
    )
    delay = DurationField(label=_("Wait before it is sent"), help_text=_("0: at once."))
    together = forms.ChoiceField(
        label=_("If the lead has several contacts"),
        choices=[("", _("Each gets a letter of their own")), ("1", _("One letter to all of them together"))],
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    cancel_on_leave = forms.BooleanField(
        label=_("Only while the lead stays in the stage"),
        required=False,
        initial=True,
        help_text=_("A lead that leaves it before the time has come gets no letter."),
    )
    is_active = forms.BooleanField(label=_("It is on"), required=False, initial=True)

    def __init__(self, *args: Any, member: Membership, action: StageAction | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(action) if action else {}})
        self.fields["conditions"] = ConditionLinesField(label=_("Only if"))
        templates, mailboxes = self.fields["template"], self.fields["mailbox"]
        templates.queryset = Template.objects.visible_to(member).order_by("name", "id")  # type: ignore[attr-defined]
        sendable = Mailbox.objects.sendable_by(member)
        chosen = Mailbox.objects.filter(pk=action.mailbox_id or NO_ROW) if action else Mailbox.objects.none()
        mailboxes.queryset = (sendable | chosen).distinct().order_by("address_key")  # type: ignore[attr-defined]
        mailboxes.label_from_instance = lambda mailbox: mailbox.address  # type: ignore[attr-defined]
        templates.label_from_instance = lambda template: template.name  # type: ignore[attr-defined]

    def values(self, stage: Stage) -> StageActionValues:
        given = self.cleaned_data
        return StageActionValues(
            stage=stage,
            template=given["template"],
            on=given["on"],
            conditions=given["conditions"],
            mailbox=given["mailbox"],
            delay_seconds=given["delay"],
            together=bool(given["together"]),
            cancel_on_leave=given["cancel_on_leave"],
            is_active=given["is_active"],
        )

    def add_refusal(self, error: ValueRefused) -> None:
        name = NAMES.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, error.message)


def _initial(action: StageAction) -> dict[str, Any]:
    names = ("on", "cancel_on_leave", "is_active")
    return {
        **{name: getattr(action, name) for name in names},
        "template": action.template_id,
        "mailbox": action.mailbox_id,
        "delay": action.delay_seconds,
        "together": "1" if action.together else "",
        "conditions": lines_of(read_conditions(action.conditions)),
    }
