"""Who uses the Mailer, and whether anybody does (M01)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.mailer import MailerChanges
from accounts.models import Account, Membership


class MailerForm(forms.Form):
    """What administrators set about the Mailer as a whole."""

    mailer_enabled = forms.BooleanField(
        label=_("The Mailer is on"),
        required=False,
        help_text=_(
            "Off, everybody writes plain letters: no trigger runs, opens and clicks are not seen, and pages and forms "
            "cannot be opened."
        ),
    )
    users = forms.MultipleChoiceField(
        label=_("Users who may use it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Administrators always may."),
    )
    confirm_forms = forms.BooleanField(
        label=_("Clients confirm what a form saves"),
        required=False,
        help_text=_(
            "Whoever sends a form from a letter is first shown what would be saved. Otherwise it is saved at once."
        ),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        people = Membership.objects.filter(is_active=True, role=Membership.Role.USER).select_related("user")
        self.offered = {member.pk: member for member in people.order_by("user__name", "pk")}
        initial = {
            "mailer_enabled": account.mailer_enabled,
            "confirm_forms": account.confirm_forms,
            "users": [str(pk) for pk, member in self.offered.items() if member.mailer_access],
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        choices = [(str(pk), member.name) for pk, member in self.offered.items()]
        self.fields["users"].choices = choices  # type: ignore[attr-defined]

    def changes(self) -> MailerChanges:
        given = self.cleaned_data
        return MailerChanges(
            mailer_enabled=given["mailer_enabled"],
            confirm_forms=given["confirm_forms"],
            offered=list(self.offered),
            chosen=[int(member_id) for member_id in given["users"]],
        )
